import { smtpOutcome, type SmtpFailure } from './smtp-outcome.js';
import { readable } from './smtp-replies.js';
import type { Mail, SendResult } from './transport.js';

/** A letter on its way through the pool, until its result is known. */
export class SmtpLetter {
  /** True from when the final dot is out of our hands: the server may have the letter. */
  handedOver = false;
  /** How many kept connections died under it before it had begun. */
  losses = 0;
  private late: ((result: SendResult) => void) | null = null;

  constructor(
    readonly mail: Mail,
    /** Addresses as they stand in MAIL and RCPT. */
    readonly envelope: { readonly from: string; readonly to: string },
    readonly sinceMs: number,
    /** From then on it is not handed over any more. */
    readonly recalledAtMs: number,
    private readonly answer: (result: SendResult) => void,
    private readonly forget: (letter: SmtpLetter) => void,
  ) {}

  accepted(reply: string): void {
    this.end({ kind: 'accepted', status: 250, providerMessageId: queueId(readable(reply)) });
  }

  failed(failure: SmtpFailure): void {
    this.end(smtpOutcome(failure, this.handedOver));
  }

  /** Given back before anything was said of it: certainly not sent, and no try, because nobody refused it. */
  putOff(detail: string): void {
    this.end({ kind: 'retry', status: null, detail, retryAfterMs: null, counts: false });
  }

  /** Answers `unknown` now; what becomes known afterwards is the late part. */
  overdue(deadlineMs: number): void {
    const late = new Promise<SendResult>((resolve) => (this.late = resolve));
    this.answer({ kind: 'unknown', status: null, detail: `no answer within ${deadlineMs} ms`, late });
  }

  private end(result: SendResult): void {
    this.forget(this);
    if (this.late) this.late(result);
    else this.answer(result);
  }
}

/** The server's own number for the letter, from "250 2.0.0 Ok: queued as 4F1C2". */
function queueId(reply: string): string | null {
  return /queued as ([\w.-]{1,100})/i.exec(reply)?.[1] ?? null;
}
