import { randomOf } from './seeded-random.js';

/** What one recipient does with one letter, as delays after it was sent; absent = never. */
export interface Reaction {
  readonly openAfterMs?: number;
  readonly clickAfterMs?: number;
  readonly buyAfterMs?: number;
  readonly unsubscribeAfterMs?: number;
}

/** How people react, per letter: shares of those sent, of openers, of clickers. */
interface Habits {
  readonly open: number;
  readonly click: number;
  readonly buy: number;
}

/**
 * The table that the product's founding documents print for abandoned carts: 12411 sent, 3984 unique opens, 1345 unique
 * clicks, 184 orders for the first letter, 7984 / 2150 / 652 / 63 for the follow-up.
 */
const FIRST: Habits = { open: 3984 / 12411, click: 1345 / 3984, buy: 184 / 1345 };
const FOLLOW_UP: Habits = { open: 2150 / 7984, click: 652 / 2150, buy: 63 / 652 };
const UNSUBSCRIBES = 0.002;

const MINUTE_MS = 60_000;

/** What the recipient of this letter will do: the same letter is always read in the same way. */
export function reactionTo(letter: { readonly step: string; readonly to: string; readonly sentAt: string }): Reaction {
  const random = randomOf(`${letter.to} ${letter.step} ${letter.sentAt}`);
  const habits = letter.step === 'follow-up' ? FOLLOW_UP : FIRST;
  if (random.chance(UNSUBSCRIBES)) return { unsubscribeAfterMs: random.withMedian(60) * MINUTE_MS };
  if (!random.chance(habits.open)) return {};
  const openAfterMs = Math.round(random.withMedian(90) * MINUTE_MS);
  if (!random.chance(habits.click)) return { openAfterMs };
  const clickAfterMs = openAfterMs + random.between(5, 120) * 1_000;
  if (!random.chance(habits.buy)) return { openAfterMs, clickAfterMs };
  return { openAfterMs, clickAfterMs, buyAfterMs: clickAfterMs + random.between(2, 40) * MINUTE_MS };
}
