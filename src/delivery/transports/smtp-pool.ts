import type SMTPPool from 'nodemailer/lib/smtp-pool';
import type { ProcessClock } from '../../platform/clock/clock.js';
import { openSession } from './smtp-connect.js';
import type { SmtpLetter } from './smtp-letter.js';
import type { SmtpFailure } from './smtp-outcome.js';
import type { SmtpPace } from './smtp-pace.js';
import type { SmtpSession } from './smtp-session.js';

/** A letter under which more kept connections than this have died is given back. */
const MOST_LOSSES = 5;
/** How long no further connection is opened when one could not be and there are others. */
const REST_MS = 1_000;
const CLOSED: SmtpFailure = { message: 'the transport was closed' };
const UNSERVED: SmtpFailure = { message: 'the server did not ask for the letter in time' };
const UNANSWERED: SmtpFailure = { message: 'the server did not answer for the letter' };
const ALL_BUSY = 'other letters had the connections all the time';

/** Kept connections to one mail server, each with one letter at a time; further letters wait in their order. */
export class SmtpPool {
  private readonly waiting: SmtpLetter[] = [];
  private readonly sessions = new Set<SmtpSession>();
  private readonly idle: SmtpSession[] = [];
  /** Connections that only wait for the answer to an overdue letter, longest first: others have taken their places. */
  private readonly listening = new Set<SmtpSession>();
  /** Hangs up connections that are being opened. */
  private readonly opening = new Set<() => void>();
  private restsUntilMs = 0;
  /** When the last signed-in connection went. */
  private lostAtMs = -Infinity;
  private closed = false;

  constructor(
    private readonly settings: SMTPPool,
    private readonly clock: ProcessClock,
    private readonly pace: SmtpPace,
  ) {}

  send(letter: SmtpLetter): void {
    if (this.closed) return letter.putOff(CLOSED.message);
    this.waiting.push(letter);
    this.proceed();
  }

  /** Calls back a letter that was not handed over: it is certainly not sent. */
  recall(letter: SmtpLetter): void {
    const place = this.waiting.indexOf(letter);
    if (place >= 0) this.waiting.splice(place, 1);
    for (const session of this.sessions) if (session.letter === letter) session.abandon();
    // Without any connection it was the server that did not let it in.
    const hadConnections = this.sessions.size > 0 || this.lostAtMs >= letter.sinceMs;
    if (place >= 0 && hadConnections) letter.putOff(ALL_BUSY);
    else letter.failed(UNSERVED);
  }

  /**
   * Makes room for the letters behind one that nobody has answered in time, and still listens for its answer: on as many
   * connections as letters go over, so that a server which never answers is not held by more and more of them.
   */
  overdue(letter: SmtpLetter): void {
    for (const session of this.sessions) {
      if (session.letter !== letter) continue;
      this.sessions.delete(session);
      this.listening.add(session);
      this.lostAtMs = this.clock.monotonicMs();
      this.pace.took(this.lostAtMs - letter.sinceMs);
    }
    const [longest] = this.listening;
    if (longest && this.listening.size > this.settings.options.maxConnections) {
      this.listening.delete(longest);
      longest.drop(UNANSWERED);
    }
    this.proceed();
  }

  /** Hangs up everywhere; letters on the way fail, as far as they have come. */
  close(): void {
    this.closed = true;
    for (const letter of this.waiting.splice(0)) letter.putOff(CLOSED.message);
    for (const session of this.idle.splice(0)) session.quit();
    for (const session of [...this.sessions, ...this.listening]) session.drop(CLOSED);
    for (const hangUp of this.opening) hangUp();
  }

  private proceed(): void {
    while (this.idle.length > 0 && this.waiting.length > 0) this.idle.pop()!.start(this.waiting.shift()!);
    const connections = (): number => this.sessions.size + this.opening.size;
    if (connections() > 0 && this.clock.monotonicMs() < this.restsUntilMs) return;
    while (this.opening.size < this.waiting.length && connections() < this.settings.options.maxConnections) this.open();
  }

  private open(): void {
    const hangUp = openSession(this.settings, this.clock, {
      opened: (session) => {
        this.opening.delete(hangUp);
        this.sessions.add(session);
        this.free(session);
      },
      notOpened: (failure) => {
        this.opening.delete(hangUp);
        // Others take its letter, if there are any: many servers take a few connections and no more.
        if (this.sessions.size > 0) this.restsUntilMs = this.clock.monotonicMs() + REST_MS;
        else this.waiting.shift()?.failed(failure);
        this.proceed();
      },
      free: (session) => {
        this.pace.took(session.heldMs);
        this.free(session);
      },
      lost: (session, failure) => this.lost(session, failure),
    });
    this.opening.add(hangUp);
  }

  private free(session: SmtpSession): void {
    if (this.listening.delete(session) || session.carried >= this.settings.options.maxMessages) return session.quit();
    const letter = this.waiting.shift();
    if (letter) return session.start(letter);
    session.kept = true;
    this.idle.push(session);
  }

  private lost(session: SmtpSession, failure: SmtpFailure): void {
    const { letter } = session;
    this.listening.delete(session);
    if (this.sessions.delete(session)) this.lostAtMs = this.clock.monotonicMs();
    const place = this.idle.indexOf(session);
    if (place >= 0) this.idle.splice(place, 1);
    // A kept connection may have died long ago without anybody noticing: that is no fault of a letter that has not begun.
    if (letter && session.kept && !letter.handedOver && !this.closed && letter.losses++ < MOST_LOSSES)
      this.waiting.unshift(letter);
    else letter?.failed(failure);
    this.proceed();
  }
}
