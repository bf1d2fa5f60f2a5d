import { PassThrough, type Readable } from 'node:stream';
import { createTransport } from 'nodemailer';
import { withDeadline } from './deadline.js';
import { smtpOutcome, type SmtpFailure } from './smtp-outcome.js';
import { Transport, type Mail, type SendResult } from './transport.js';

/** Connections to the mail server: more are refused by many. */
const POOL = 10;
/** While one group of letters is on the connections, the next one passes its guard. */
const SLOTS = 2 * POOL;
const DEADLINE_MS = 20_000;

/** How far the body of one letter has come. */
interface BodyWatch {
  handedOver: boolean;
}

/** Sends through one mail server over a pool of kept connections. */
export class SmtpTransport extends Transport {
  readonly name = 'smtp';
  readonly slots = SLOTS;
  private readonly pool;
  private readonly bodies = new Map<string, BodyWatch>();

  constructor(
    url: string,
    readonly deadlineMs: number = DEADLINE_MS,
  ) {
    super();
    this.pool = createTransport({
      url,
      pool: true,
      maxConnections: POOL,
      maxMessages: Infinity,
      connectionTimeout: deadlineMs / 2,
      greetingTimeout: deadlineMs / 2,
      socketTimeout: deadlineMs,
      disableFileAccess: true,
      disableUrlAccess: true,
    });
    this.pool.use('stream', (mail, done) => {
      const body = this.bodies.get(mail.data.messageId ?? '');
      if (body) mail.message.processFunc((input) => watched(input, body));
      done();
    });
    // A pool reports trouble of idle connections here; each letter hears of its own through its promise.
    this.pool.on('error', () => undefined);
  }

  send(mail: Mail): Promise<SendResult> {
    return withDeadline(this.attempt(mail), this.deadlineMs);
  }

  close(): Promise<void> {
    this.pool.close({ force: true });
    return Promise.resolve();
  }

  private async attempt(mail: Mail): Promise<SendResult> {
    const { 'Message-ID': messageId = mail.messageId, ...headers } = mail.headers;
    const body: BodyWatch = { handedOver: false };
    const stop = new AbortController();
    // A letter that is still here shortly before the deadline is called back and certainly not sent.
    const timer = setTimeout(() => body.handedOver || stop.abort(), this.deadlineMs * 0.9);
    this.bodies.set(messageId, body);
    try {
      const info = await this.pool.sendMail({
        from: address(mail.from),
        to: address({ email: mail.to, name: null }),
        ...(mail.replyTo ? { replyTo: address({ email: mail.replyTo, name: null }) } : {}),
        subject: mail.subject,
        text: mail.text,
        html: mail.html,
        messageId,
        headers,
        // Quoted-printable, the default, takes three times as long: 1.6 ms for 31 KB.
        textEncoding: 'base64',
        signal: stop.signal,
      });
      return { kind: 'accepted', status: 250, providerMessageId: queueId(info.response) };
    } catch (error) {
      return smtpOutcome(error as SmtpFailure, body.handedOver);
    } finally {
      clearTimeout(timer);
      this.bodies.delete(messageId);
    }
  }
}

/** Addresses go in as objects only: a text would be parsed, and a comma in a name could become a second recipient. */
function address(mailbox: { readonly email: string; readonly name: string | null }): { name: string; address: string } {
  return { name: mailbox.name ?? '', address: mailbox.email };
}

/** Passes the body on and notes when its last byte was taken: from then on the server may have the letter. */
function watched(input: Readable, body: BodyWatch): PassThrough {
  const output = new PassThrough();
  output.once('end', () => (body.handedOver = true));
  input.once('error', (error: Error) => output.destroy(error));
  return input.pipe(output);
}

/** The server's own number for the letter, from "250 2.0.0 Ok: queued as 4F1C2". */
function queueId(reply: string | undefined): string | null {
  return /queued as ([\w.-]{1,100})/i.exec(reply ?? '')?.[1] ?? null;
}
