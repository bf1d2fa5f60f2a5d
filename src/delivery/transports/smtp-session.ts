import type { Socket } from 'node:net';
import type { ProcessClock } from '../../platform/clock/clock.js';
import { MimeWriter } from './mime.js';
import type { SmtpLetter } from './smtp-letter.js';
import { failureOf, type SmtpFailure } from './smtp-outcome.js';
import { replyCode, SmtpReplies } from './smtp-replies.js';

const DOT = '.\r\n';
/**
 * How long the answer to a letter is waited for (RFC 5321, 4.5.3.2.6): servers that look for viruses and spam first take
 * their time. A line without a letter is given up much sooner.
 */
const ANSWER_MS = 10 * 60_000;
/** Who says this is about to hang up, whatever it answers (RFC 5321, 3.8). */
const CLOSING = 421;
// eslint-disable-next-line no-control-regex
const ASCII = /^[\x00-\x7f]*$/;

/** What the server said it can do. */
export interface Abilities {
  /** Takes MAIL, RCPT and DATA in one go (RFC 2920). */
  readonly pipelining: boolean;
  /** Takes addresses that are not ASCII (RFC 6531). */
  readonly utf8: boolean;
}

/** The connection below a session, and who is told what becomes of it. */
export interface SessionEnds {
  readonly socket: Socket;
  /** True when the socket encrypts: what it takes may have gone before it says so. */
  readonly encrypted: boolean;
  /** Hangs up, for this reason; what is not written yet never is. */
  drop(failure?: SmtpFailure): void;
  /** Lets go of a connection on which nothing is under way. */
  leave(): void;
  /** The session may take its next letter. */
  free(session: SmtpSession): void;
}

/** Whose reply is awaited: `dot` ends a letter, `empty` one that nobody is to get. */
type Awaiting = 'MAIL FROM' | 'RCPT TO' | 'DATA' | 'dot' | 'empty' | 'RSET' | null;

/** A signed-in connection that carries letter after letter. The replies decide what comes next; nothing is timed here. */
export class SmtpSession {
  letter: SmtpLetter | null = null;
  /** Letters that were answered on it. */
  carried = 0;
  /** How many milliseconds its last letter took to be answered. */
  heldMs = 0;
  /** False while it carries the letter for which it was opened: then the server has just been there. */
  kept = false;
  private awaited: Awaiting = null;
  private sinceMs = 0;
  private refusal: SmtpFailure | null = null;
  /** After how long a silence the line is given up while no letter waits for its answer. */
  private readonly silenceMs: number;
  private readonly replies = new SmtpReplies();
  private readonly writer = new MimeWriter();

  constructor(
    private readonly abilities: Abilities,
    private readonly ends: SessionEnds,
    private readonly clock: ProcessClock,
  ) {
    this.silenceMs = ends.socket.timeout ?? 0;
    ends.socket.on('data', (chunk: Buffer) => this.hear(chunk));
  }

  /** A refusal that the server had begun to say when the line broke. */
  get lastWords(): string | null {
    const words = this.replies.unfinished.trim();
    return /^[45]\d\d[ -]/.test(words) ? words : null;
  }

  start(letter: SmtpLetter): void {
    this.letter = letter;
    this.sinceMs = this.clock.monotonicMs();
    this.refusal = null;
    this.awaited = 'MAIL FROM';
    const { from, to } = letter.envelope;
    const utf8 = this.abilities.utf8 && !ASCII.test(from + to) ? ' SMTPUTF8' : '';
    const mail = `MAIL FROM:<${from}>${utf8}\r\n`;
    this.say(this.abilities.pipelining ? `${mail}${rcpt(letter)}DATA\r\n` : mail);
  }

  /** Takes the letter off the session and hangs up: nobody answers for it here any more. */
  abandon(): void {
    this.letter = null;
    this.ends.drop();
  }

  drop(failure: SmtpFailure): void {
    this.ends.drop(failure);
  }

  /** Says goodbye between two letters. */
  quit(): void {
    this.say('QUIT\r\n');
    this.ends.leave();
  }

  private hear(chunk: Buffer): void {
    for (const reply of this.replies.take(chunk)) {
      if (this.ends.socket.destroyed) return;
      const { letter } = this;
      if (this.awaited === null || (letter === null && this.awaited !== 'RSET')) return this.ends.drop();
      if (letter) this.answer(letter, reply);
      else if (reply.startsWith('2')) this.awaited = null;
      else return this.ends.drop();
    }
    if (this.replies.tooLong) this.ends.drop({ message: 'the server’s answer does not end' });
    // Only after all that was heard: a reply too many must not be taken for one to the next letter.
    else if (this.awaited === null && !this.ends.socket.destroyed) this.ends.free(this);
  }

  private answer(letter: SmtpLetter, reply: string): void {
    const code = replyCode(reply);
    if (code === null || code === CLOSING) return this.ends.drop(this.failureWith(reply));
    const good = reply.startsWith('2');
    switch (this.awaited) {
      case 'MAIL FROM':
        return this.nextCommand(letter, reply, good, 'RCPT TO', rcpt(letter));
      case 'RCPT TO':
        return this.nextCommand(letter, reply, good, 'DATA', 'DATA\r\n');
      case 'DATA':
        // Some servers say 250 here.
        return good || reply.startsWith('3') ? this.mayHandOver(letter) : this.refuse(letter, reply);
      case 'dot':
        if (!good) return this.refuse(letter, reply);
        letter.accepted(reply);
        return this.over(letter);
      default:
        return this.refuse(letter, reply);
    }
  }

  /** With PIPELINING the next command was said already, and its reply comes whatever this one is. */
  private nextCommand(letter: SmtpLetter, reply: string, good: boolean, next: Awaiting, command: string): void {
    if (!good) this.refusal ??= failureOf(commandOf(this.awaited), reply);
    if (this.abilities.pipelining) this.awaited = next;
    else if (this.refusal) this.refuse(letter, reply);
    else {
      this.awaited = next;
      this.say(command);
    }
  }

  private mayHandOver(letter: SmtpLetter): void {
    // A process that was stopped may hear of this before its timers: the letter is called back by them, and perhaps somebody else's.
    if (this.clock.monotonicMs() >= letter.recalledAtMs) return;
    if (!this.refusal) return this.handOver(letter);
    // It waits for a letter that nobody is to get. Without a recipient an empty one ends it (RFC 2920, 3.1).
    if (this.refusal.command === 'MAIL FROM') return this.ends.drop(this.refusal);
    this.awaited = 'empty';
    this.say(DOT);
  }

  private handOver(letter: SmtpLetter): void {
    this.awaited = 'dot';
    const { socket, encrypted } = this.ends;
    socket.setTimeout(ANSWER_MS);
    let bytes: Buffer;
    try {
      bytes = this.writer.write(letter.mail, this.clock.now(), DOT);
    } catch (error) {
      return this.ends.drop({ message: error instanceof Error ? error.message : 'the letter could not be written' });
    }
    const wrote = (error: Error | null | undefined, then: () => void): void => {
      // Of what a destroyed socket had not written yet Node says that it was.
      if (!error && !socket.destroyed && this.letter === letter) then();
    };
    if (encrypted) {
      // The dot goes when the rest is known to have gone: from then on, and not before, the letter may be there.
      socket.write(bytes.subarray(0, -DOT.length), (error) =>
        wrote(error, () => {
          letter.handedOver = true;
          this.say(DOT);
        }),
      );
      return;
    }
    socket.write(bytes, (error) => wrote(error, () => (letter.handedOver = true)));
    // Usually the system takes it at once, and the callback is only told later.
    if (socket.writableLength === 0) letter.handedOver = true;
  }

  /** The first refusal tells why: behind it a server refuses what was said already as well, or says that it is out of turn. */
  private failureWith(reply: string): SmtpFailure {
    return this.refusal ?? failureOf(commandOf(this.awaited), reply);
  }

  private refuse(letter: SmtpLetter, reply: string): void {
    letter.failed(this.failureWith(reply));
    this.over(letter);
    if (this.ends.socket.destroyed) return;
    this.awaited = 'RSET';
    this.say('RSET\r\n');
  }

  /** A server that answers before it has the whole letter still gets the rest of it: that connection is of no more use. */
  private over(letter: SmtpLetter): void {
    this.letter = null;
    this.kept = true;
    this.carried++;
    this.heldMs = this.clock.monotonicMs() - this.sinceMs;
    const halfWritten = this.awaited === 'dot' && !letter.handedOver;
    this.awaited = null;
    if (halfWritten) this.ends.drop();
    else this.ends.socket.setTimeout(this.silenceMs);
  }

  private say(text: string): void {
    this.ends.socket.write(text);
  }
}

function rcpt({ envelope }: SmtpLetter): string {
  return `RCPT TO:<${envelope.to}>\r\n`;
}

function commandOf(awaited: Awaiting): 'MAIL FROM' | 'RCPT TO' | 'DATA' {
  return awaited === 'MAIL FROM' || awaited === 'RCPT TO' ? awaited : 'DATA';
}
