import { createSign, generateKeyPairSync } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What the provider does with one request: takes the letter or not, and answers so, or not at all. */
export interface Treatment {
  readonly takes: boolean;
  readonly answer: number | 'reset' | 'never';
  readonly afterMs?: number;
}

export const TAKES: Treatment = { takes: true, answer: 202 };

/** Where the provider reports deliveries, and how badly. */
export interface Reports {
  /** Of the store whose letter went to this address. */
  readonly urlFor: (recipient: string) => string;
  /** When each copy of a report is posted, in milliseconds after the delivery; none is a lost one. */
  readonly copies: () => readonly number[];
}

const RETRY_MS = 150;
const POSTS_AT_ONCE = 8;

/** Speaks SendGrid's API, treats each letter as it is told, counts what it took by letter, and reports it, signed. */
export class FakeProvider {
  /** How often each letter was taken: what a recipient would have in the mailbox. */
  readonly taken = new Map<string, number>();
  /** How many letters each address got. */
  readonly mailboxes = new Map<string, number>();
  /** Requests by what became of them. */
  readonly answers = new Map<string, number>();
  readonly publicKey: string;
  reports: Reports | null = null;
  treat: (mid: string) => Treatment = () => TAKES;
  /** Whether to hang up on a request before it is read. */
  hangsUp: () => boolean = () => false;
  private readonly key = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  private readonly server = createServer((request, response) => this.receive(request, response));
  private readonly timers = new Set<NodeJS.Timeout>();
  private readonly posting = new Set<Promise<void>>();
  private readonly waiting: (() => void)[] = [];
  private posted = 0;

  private constructor() {
    this.publicKey = this.key.publicKey.export({ format: 'der', type: 'spki' }).toString('base64');
  }

  static async start(): Promise<FakeProvider> {
    const provider = new FakeProvider();
    await new Promise<void>((resolve) => provider.server.listen(0, '127.0.0.1', resolve));
    return provider;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** Reports that were answered with a 2xx. */
  get reportsTaken(): number {
    return this.posted;
  }

  /** Resolves when every report that is not lost has been taken. */
  async reported(): Promise<void> {
    while (this.timers.size + this.posting.size + this.waiting.length > 0)
      await new Promise((resolve) => setTimeout(resolve, 50));
  }

  async close(): Promise<void> {
    this.reports = null;
    for (const timer of this.timers) clearTimeout(timer);
    this.timers.clear();
    this.waiting.length = 0;
    const closed = new Promise((resolve) => this.server.close(resolve));
    this.server.closeAllConnections();
    await closed;
    await Promise.allSettled(this.posting);
  }

  private receive(request: IncomingMessage, response: ServerResponse): void {
    if (this.hangsUp()) {
      this.count('hung up unread');
      return void request.socket.destroy();
    }
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    // A sender that dies behind its last byte has handed the letter over all the same.
    request.on('end', () => this.read(Buffer.concat(chunks).toString(), request, response));
    request.on('error', () => undefined);
  }

  private read(body: string, request: IncomingMessage, response: ServerResponse): void {
    const mid = midOf(body);
    const { takes, answer, afterMs = 0 } = this.treat(mid);
    this.count(`${answer}${takes && answer !== 202 ? ' (taken)' : ''}`);
    if (takes) this.take(mid, recipientOf(body));
    if (answer === 'never') return;
    if (typeof answer === 'string') return void request.socket.destroy();
    const say = (): void => {
      const headers = { 'x-message-id': `sg-${mid}`, ...(answer === 429 ? { 'retry-after': '1' } : {}) };
      response
        .writeHead(answer, headers)
        .end(answer < 300 ? '' : JSON.stringify({ errors: [{ message: String(answer) }] }));
    };
    if (afterMs > 0) this.later(afterMs, say);
    else say();
  }

  private count(name: string): void {
    this.answers.set(name, (this.answers.get(name) ?? 0) + 1);
  }

  private take(mid: string, recipient: string): void {
    this.taken.set(mid, (this.taken.get(mid) ?? 0) + 1);
    this.mailboxes.set(recipient, (this.mailboxes.get(recipient) ?? 0) + 1);
    const { reports } = this;
    if (!reports) return;
    const at = Math.floor(Date.now() / 1_000);
    const events = ['processed', 'delivered'].map((event) => ({
      event,
      mid,
      email: recipient,
      timestamp: at,
      sg_message_id: `sg-${mid}.filter`,
      sg_event_id: `${event}-${mid}-${this.taken.get(mid)}`,
    }));
    for (const afterMs of reports.copies())
      this.later(afterMs, () => this.post(reports.urlFor(recipient), JSON.stringify(events)));
  }

  /** Repeats until somebody takes it, as SendGrid does for a day; a few at a time, so that a slow service is not overrun. */
  private post(url: string, body: string): void {
    if (this.posting.size >= POSTS_AT_ONCE) return void this.waiting.push(() => this.post(url, body));
    const posting: Promise<void> = this.once(url, body).then((taken) => {
      this.posting.delete(posting);
      if (taken) this.posted++;
      else if (this.reports) this.later(RETRY_MS, () => this.post(url, body));
      this.waiting.shift()?.();
    });
    this.posting.add(posting);
  }

  private async once(url: string, body: string): Promise<boolean> {
    const timestamp = String(Math.floor(Date.now() / 1_000));
    const signature = createSign('sha256').update(`${timestamp}${body}`).sign(this.key.privateKey, 'base64');
    try {
      const response = await fetch(url, {
        method: 'POST',
        body,
        headers: {
          'content-type': 'application/json',
          'x-twilio-email-event-webhook-signature': signature,
          'x-twilio-email-event-webhook-timestamp': timestamp,
        },
        signal: AbortSignal.timeout(20_000),
      });
      await response.arrayBuffer(); // else the connection is never free again
      return response.ok;
    } catch {
      return false; // nobody listens at the moment
    }
  }

  private later(ms: number, what: () => void): void {
    const timer = setTimeout(() => {
      this.timers.delete(timer);
      what();
    }, ms);
    this.timers.add(timer);
  }
}

/** The letter's id from the request's custom arguments; empty for a body that is cut off. */
function midOf(body: string): string {
  return /"mid":"([0-9a-f-]{36})"/.exec(body)?.[1] ?? '';
}

function recipientOf(body: string): string {
  return /"to":\[\{"email":"([^"]+)"/.exec(body)?.[1] ?? '';
}
