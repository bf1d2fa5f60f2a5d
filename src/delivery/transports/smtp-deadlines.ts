import type { ProcessClock } from '../../platform/clock/clock.js';
import type { SmtpLetter } from './smtp-letter.js';

/** A letter that has not been handed over at this part of the deadline is called back. */
export const RECALLED_AT = 0.9;

/** Watches over letters on the way with one timer for all: each is called back before its deadline or is overdue at it. */
export class SmtpDeadlines {
  /** In the order in which they came, which is that of their deadlines. */
  private readonly letters = new Set<SmtpLetter>();
  private timer: NodeJS.Timeout | null = null;

  constructor(
    private readonly deadlineMs: number,
    private readonly clock: ProcessClock,
    private readonly late: { recall(letter: SmtpLetter): void; overdue(letter: SmtpLetter): void },
  ) {}

  watch(letter: SmtpLetter): void {
    this.letters.add(letter);
    this.timer ??= this.wake(RECALLED_AT * this.deadlineMs);
  }

  forget(letter: SmtpLetter): void {
    this.letters.delete(letter);
  }

  close(): void {
    if (this.timer) clearTimeout(this.timer);
  }

  private wake(inMs: number): NodeJS.Timeout {
    return setTimeout(() => this.look(), Math.max(1, inMs)).unref();
  }

  /** A handful of letters at a time is on the way, and this is done once a deadline or so while nothing is late. */
  private look(): void {
    const nowMs = this.clock.monotonicMs();
    let nextMs = Infinity;
    for (const letter of this.letters) {
      const ageMs = nowMs - letter.sinceMs;
      if (nowMs < letter.recalledAtMs) nextMs = Math.min(nextMs, letter.recalledAtMs - nowMs);
      else if (!letter.handedOver) this.late.recall(letter);
      else if (ageMs < this.deadlineMs) nextMs = Math.min(nextMs, this.deadlineMs - ageMs);
      else {
        this.letters.delete(letter);
        letter.overdue(this.deadlineMs);
        this.late.overdue(letter);
      }
    }
    this.timer = nextMs === Infinity ? null : this.wake(nextMs);
  }
}
