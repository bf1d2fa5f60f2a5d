import { counts, giveWay, nextPlace, restrain } from './restraint.js';
import type { RestrainedLetter, RestraintDecision, StoreRestraint } from './restraint.js';

/** A letter beside the others of its person that are due with it. */
export interface RivalLetter extends RestrainedLetter {
  /** The subject of its run. */
  readonly subject: string;
  /** Orders per sent letter of its step so far; 0 when nothing is known. */
  readonly expectedValue: number;
}

/**
 * Decides the letters of one person that are due together, one decision a letter in order. Service and care never compete;
 * of marketing letters the one worth more goes first, then the one that has waited longer, then by scenario and subject, so
 * that a story played again in a sandbox comes out the same. A letter that would have gone alone but finds its place taken
 * by one of these gives way by the store's policy.
 */
export function arbitrate(
  letters: readonly RivalLetter[],
  store: StoreRestraint,
  sent: readonly Date[],
  now: Date,
): readonly RestraintDecision[] {
  const decisions = new Map<RivalLetter, RestraintDecision>();
  const taken = [...sent];
  let winner: string | null = null;
  for (const letter of [...letters].sort(byRank)) {
    const alone = restrain(letter, store, sent, now);
    const place = counts(letter) ? nextPlace(store, taken, now) : now;
    const decision: RestraintDecision =
      alone.kind === 'send' && winner !== null && place > now ? giveWay(letter, store, { winner, place }) : alone;
    decisions.set(letter, decision);
    if (decision.kind !== 'send' || !counts(letter)) continue;
    taken.push(now);
    winner = letter.scenarioKey;
  }
  return letters.map((letter) => decisions.get(letter)!);
}

function byRank(a: RivalLetter, b: RivalLetter): number {
  return (
    b.expectedValue - a.expectedValue ||
    a.meantAt.getTime() - b.meantAt.getTime() ||
    inOrder(a.scenarioKey, b.scenarioKey) ||
    inOrder(a.subject, b.subject)
  );
}

function inOrder(a: string, b: string): number {
  return Number(a > b) - Number(a < b);
}
