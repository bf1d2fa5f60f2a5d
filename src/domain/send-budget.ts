import { bucketOf, type SendRate } from './send-rate.js';

/** What a store may still send through its provider. All instants are one clock's. */
export interface SendBudget {
  readonly tokens: number;
  readonly refilledAt: Date;
  /** Up to here letters that waited and were passed over are spread, */
  readonly againUntil: Date;
  /** and up to here letters that wait for the first time. */
  readonly firstUntil: Date;
  /** The provider asked for a pause. */
  readonly pausedUntil: Date | null;
  /** Letters of this day, for the warm-up, and those that wait for the next one. */
  readonly sentToday: number;
  readonly waitingToday: number;
}

export interface SendLimits {
  readonly rate: SendRate | null;
  /** Letters of this day; null for no limit. */
  readonly dayLimit: number | null;
  /** When the next day begins. */
  readonly dayEndsAt: Date;
}

/** A due letter that asks to go. */
export interface AskingLetter {
  readonly isService: boolean;
  readonly meantAt: Date;
  /** It was put off for the rate or the warm-up before. */
  readonly hasWaited: boolean;
}

export type Admission =
  | { readonly kind: 'go' }
  | { readonly kind: 'wait'; readonly until: Date; readonly reason: 'provider_rate' | 'warm_up' };

const GO: Admission = { kind: 'go' };
/** What adding fractions of tokens may be off by. */
const CLOSE = 1e-6;

/**
 * Decides which letters go now, service mail first, then by the instant for which they were meant. The others get an instant
 * each, spread at the rate, so that they come back when there is room: first those that have waited before. Service mail
 * may use up the bucket's reserve, which fills first: it never waits behind marketing, nor for the warm-up, but counts in it.
 */
export function admit(
  budget: SendBudget,
  limits: SendLimits,
  letters: readonly AskingLetter[],
  now: Date,
): { readonly admissions: readonly Admission[]; readonly budget: SendBudget } {
  const asked = new Asking(refilled(budget, limits.rate, now), limits, now);
  const admissions = new Array<Admission>(letters.length);
  const turn = [...letters.keys()].sort(
    (a, b) =>
      Number(letters[b]!.isService) - Number(letters[a]!.isService) ||
      letters[a]!.meantAt.getTime() - letters[b]!.meantAt.getTime(),
  );
  for (const place of turn) admissions[place] = asked.next(letters[place]!);
  return { admissions, budget: asked.left() };
}

/** Milliseconds from the place of one waiting letter to the next. Without a rate only their order is kept. */
export function stepOf(rate: SendRate | null): number {
  return rate ? bucketOf(rate).intervalMs : 1;
}

function refilled(budget: SendBudget, rate: SendRate | null, now: Date): SendBudget {
  if (!rate) return budget;
  const { capacity, intervalMs } = bucketOf(rate);
  const passedMs = Math.max(0, now.getTime() - budget.refilledAt.getTime());
  const refilledAt = new Date(Math.max(now.getTime(), budget.refilledAt.getTime()));
  return { ...budget, refilledAt, tokens: Math.min(capacity, budget.tokens + passedMs / intervalMs) };
}

/** The letters of one question, one after the other. */
class Asking {
  private tokens: number;
  private sentToday: number;
  private waitingToday: number;
  private againMs: number;
  private firstMs: number;
  private serviceMs: number;
  private readonly pausedMs: number;

  constructor(
    private readonly budget: SendBudget,
    private readonly limits: SendLimits,
    private readonly now: Date,
  ) {
    ({ tokens: this.tokens, sentToday: this.sentToday, waitingToday: this.waitingToday } = budget);
    this.pausedMs = Math.max(now.getTime(), budget.pausedUntil?.getTime() ?? 0);
    this.serviceMs = this.pausedMs;
    this.againMs = Math.max(this.pausedMs, budget.againUntil.getTime());
    this.firstMs = Math.max(this.againMs, budget.firstUntil.getTime());
  }

  next(letter: AskingLetter): Admission {
    if (!letter.isService && this.sentToday >= (this.limits.dayLimit ?? Infinity)) {
      const until = new Date(this.limits.dayEndsAt.getTime() + this.waitingToday++);
      return { kind: 'wait', until, reason: 'warm_up' };
    }
    if (this.pausedMs > this.now.getTime() || !this.takeToken(letter))
      return { kind: 'wait', until: this.place(letter), reason: 'provider_rate' };
    this.sentToday++;
    return GO;
  }

  left(): SendBudget {
    const { tokens, sentToday, waitingToday } = this;
    const againUntil = new Date(this.againMs);
    return { ...this.budget, tokens, sentToday, waitingToday, againUntil, firstUntil: new Date(this.firstMs) };
  }

  private takeToken({ isService, hasWaited }: AskingLetter): boolean {
    if (!this.limits.rate) return true;
    const { capacity, reserve } = bucketOf(this.limits.rate);
    // While others wait in their order, a newcomer goes only when nobody has used the bucket for a second.
    const isPassing = !hasWaited && this.firstMs > this.now.getTime();
    const needed = isService ? 1 : isPassing ? capacity : 1 + reserve;
    if (this.tokens + CLOSE < needed) return false;
    this.tokens--;
    return true;
  }

  private place({ isService, hasWaited }: AskingLetter): Date {
    const stepMs = stepOf(this.limits.rate);
    if (isService) return new Date((this.serviceMs += stepMs));
    if (hasWaited) return new Date((this.againMs += stepMs));
    this.firstMs = Math.max(this.firstMs, this.againMs) + stepMs;
    return new Date(this.firstMs);
  }
}
