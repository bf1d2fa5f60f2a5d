import type { EventFacts, Facts, HistoryEvent } from './run.js';

/**
 * The facts with the history that an arriving event may count: what came up to it in the order of events (instant, then arrival),
 * itself included. Two orders that are applied together are the first and the second, not both the second. Events of other types
 * at its instant count whichever came first: exits and entries of one instant are of one moment, and what other scenarios count
 * of the person (the history is loaded for all of them at once) must not change the answer.
 */
export function knownAt(facts: Facts, event: EventFacts): Facts {
  const { history } = facts;
  if (history.length === 0) return facts;
  const atMs = Date.parse(event.at);
  const own = history.findIndex(({ id, type }) => id === event.id && type === event.type);
  const isUpTo = ({ at, type }: HistoryEvent, index: number): boolean => {
    const ms = at.getTime();
    return ms < atMs || (ms === atMs && (type !== event.type || own < 0 || index <= own));
  };
  return { ...facts, history: history.filter(isUpTo) };
}
