/** What is in hand should be gone after so many milliseconds: it is what a kill leaves in doubt. */
const IN_HAND_MS = 500;
/** Letters a connection: one on its way, one behind it. */
const LEAST = 2;
const FIRST = 4;
/** Also a server that answers at once leaves no more than this in doubt. */
const MOST = 16;
/** What the last letter counts for. */
const WEIGHT = 1 / 16;

/**
 * How many letters may be in hand at once. A guard's transaction costs little more for a large group than for a small one, so a server that takes
 * letters quickly gets them in large groups (bench/README.md has what it brought); behind a slow one they wait where nobody has begun to send them.
 */
export class SmtpPace {
  private letterMs = IN_HAND_MS / FIRST;

  constructor(private readonly connections: number) {}

  /** Tells how many milliseconds a letter has held its connection. One that hangs counts as a slow one. */
  took(ms: number): void {
    this.letterMs += (Math.min(ms, IN_HAND_MS) - this.letterMs) * WEIGHT;
  }

  /** For all connections together. */
  letters(): number {
    return this.connections * Math.max(LEAST, Math.min(MOST, Math.floor(IN_HAND_MS / this.letterMs)));
  }
}
