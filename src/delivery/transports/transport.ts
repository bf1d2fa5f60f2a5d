/** A mailbox with the name shown beside it. */
export interface Mailbox {
  readonly email: string;
  readonly name: string | null;
}

/** Both parts as UTF-8, of one letter at a time: whoever asks uses or copies them at once. An empty part is left out. */
export interface MailParts {
  readonly html: Buffer;
  readonly text: Buffer;
}

/** Parts that are there as texts. */
export function utf8Parts({ html, text }: Readonly<Record<keyof MailParts, string>>): MailParts {
  return { html: Buffer.from(html), text: Buffer.from(text) };
}

/** A letter as a transport takes it: every text that becomes a header is free of CR, LF and NUL already (`mail-headers.ts`). */
export interface Mail {
  /** Our id of the message: the only thing a provider is told about it. */
  readonly messageId: string;
  readonly storeId: string;
  readonly from: Mailbox;
  readonly to: string;
  readonly replyTo: string | null;
  readonly subject: string;
  /** Both parts. A transport asks once, when it writes the letter: they are put together for it and kept by nobody. */
  readonly parts: () => MailParts;
  /** Message-ID, List-Unsubscribe and the like; names come from our own allowlist, never from data. */
  readonly headers: Readonly<Record<string, string>>;
}

/** What became of one attempt. A transport answers with a value, whatever happens; it never throws. */
export type SendResult =
  /** The provider has taken the letter on. */
  | { readonly kind: 'accepted'; readonly status: number | null; readonly providerMessageId: string | null }
  /** This letter will never be taken; `code` is the provider's. What it blames: this recipient, or what many letters share. */
  | {
      readonly kind: 'rejected';
      readonly status: number | null;
      readonly code: string;
      readonly detail: string;
      readonly concerns: 'recipient' | 'content';
    }
  /** Certainly not taken this time, may be later. A rate limit, or a letter that nobody was asked about, does not count as a try. */
  | {
      readonly kind: 'retry';
      readonly status: number | null;
      readonly detail: string;
      readonly retryAfterMs: number | null;
      readonly counts: boolean;
    }
  /** Nobody knows whether it was taken. `late` tells, when it ever becomes known. */
  | {
      readonly kind: 'unknown';
      readonly status: number | null;
      readonly detail: string;
      readonly late: Promise<SendResult> | null;
    }
  /** Nothing would be taken: a wrong key, a closed account, a missing sender. No letter is to blame. */
  | { readonly kind: 'config'; readonly status: number | null; readonly detail: string };

/** A way out of the house. One instance a process; `slots` calls of `send` may run at the same time. */
export abstract class Transport {
  /** `outbox`, `smtp` or `sendgrid`, stored with the message. */
  abstract readonly name: string;
  /** How many letters may be on the way at once, at the moment: the most that a kill can leave unknown. */
  abstract readonly slots: number;
  /** After this many milliseconds `send` has answered, at worst with `unknown`. */
  abstract readonly deadlineMs: number;
  /** The ledger itself is where letters go: what the guard clears is accepted in the same transaction, `send` is not called. */
  readonly isLedger: boolean = false;

  abstract send(mail: Mail): Promise<SendResult>;

  /** Lets go of connections. */
  abstract close(): Promise<void>;
}
