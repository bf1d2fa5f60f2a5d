import { createTransport } from 'nodemailer';
import type SMTPPool from 'nodemailer/lib/smtp-pool';
import type { ProcessClock } from '../../platform/clock/clock.js';
import { RECALLED_AT, SmtpDeadlines } from './smtp-deadlines.js';
import { SmtpLetter } from './smtp-letter.js';
import { readEnvelope } from './smtp-envelope.js';
import { SmtpPace } from './smtp-pace.js';
import { SmtpPool } from './smtp-pool.js';
import { Transport, type Mail, type SendResult } from './transport.js';

/** Connections to the mail server, unless SMTP_URL says how many: more are refused by many. */
const POOL = 10;
const DEADLINE_MS = 20_000;

/** Sends through one mail server over a pool of kept connections. */
export class SmtpTransport extends Transport {
  readonly name = 'smtp';
  private readonly pool: SmtpPool;
  private readonly deadlines: SmtpDeadlines;
  private readonly pace: SmtpPace;

  constructor(
    url: string,
    private readonly clock: ProcessClock,
    readonly deadlineMs: number = DEADLINE_MS,
  ) {
    super();
    const mailer = createTransport({
      url,
      pool: true,
      maxConnections: POOL,
      maxMessages: Infinity,
      connectionTimeout: deadlineMs / 2,
      greetingTimeout: deadlineMs / 2,
      socketTimeout: deadlineMs,
    });
    // It knows what the URL's options mean and opens connections; letters do not go through it.
    const connections = mailer.transporter as SMTPPool;
    // The way through a proxy is handed over only when nodemailer sends by itself.
    if (mailer.getSocket) connections.getSocket = mailer.getSocket;
    this.pace = new SmtpPace(connections.options.maxConnections);
    this.pool = new SmtpPool(connections, clock, this.pace);
    this.deadlines = new SmtpDeadlines(deadlineMs, clock, this.pool);
  }

  /** While one group of letters is on the connections, the next one passes its guard. */
  get slots(): number {
    return this.pace.letters();
  }

  send(mail: Mail): Promise<SendResult> {
    const envelope = readEnvelope(mail);
    if ('kind' in envelope) return Promise.resolve(envelope);
    return new Promise((resolve) => {
      const nowMs = this.clock.monotonicMs();
      const recalledAtMs = nowMs + RECALLED_AT * this.deadlineMs;
      const letter = new SmtpLetter(mail, envelope, nowMs, recalledAtMs, resolve, (ended) =>
        this.deadlines.forget(ended),
      );
      this.deadlines.watch(letter);
      this.pool.send(letter);
    });
  }

  close(): Promise<void> {
    this.deadlines.close();
    this.pool.close();
    return Promise.resolve();
  }
}
