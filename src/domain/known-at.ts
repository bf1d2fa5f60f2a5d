import type { EventFacts, Facts } from './run.js';

/**
 * The facts with the history that an arriving event may count: what came up to it in the order of events (instant, then arrival),
 * itself included. Two orders that are applied together are the first and the second, not both the second. Of one instant a
 * type that is not counted itself sees everything.
 */
export function knownAt(facts: Facts, event: EventFacts): Facts {
  const { history } = facts;
  if (history.length === 0) return facts;
  const atMs = Date.parse(event.at);
  const own = history.findIndex(({ id, type }) => id === event.id && type === event.type);
  const isUpTo = (ms: number, index: number): boolean => ms < atMs || (ms === atMs && (own < 0 || index <= own));
  return { ...facts, history: history.filter(({ at }, index) => isUpTo(at.getTime(), index)) };
}
