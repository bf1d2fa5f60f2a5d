import type { AwaitedEvent, CompiledScenario } from './compiled-scenario.js';
import { knownAt } from './known-at.js';
import type { EventFacts, Facts, RunState } from './run.js';
import { stepAt } from './step-at.js';

/** What a run waits for that stands at such a wait; null of any other. */
export function awaitedBy(compiled: CompiledScenario, run: RunState): AwaitedEvent | null {
  const step = run.state === 'waiting' ? stepAt(compiled, run) : undefined;
  return step?.type === 'wait' && step.end.kind === 'event' ? step.end : null;
}

/**
 * Whether the event is the one that the run waits for, from when its wait began (`previousAt`) up to its end, both included. An
 * undetermined condition does not hold.
 */
export function isAwaited(
  awaited: AwaitedEvent,
  run: RunState,
  event: EventFacts,
  dueAt: Date,
  facts: Facts,
  now: Date,
): boolean {
  const at = Date.parse(event.at);
  if (event.type !== awaited.event || at < run.previousAt.getTime() || at > dueAt.getTime()) return false;
  // What started the run, or was taken over by it, is not what it waits for since; nor is what an earlier wait was given, which
  // ends at the instant at which this one may begin: two waits for an order wait for two.
  if (event.id === run.event.id || event.id === run.received) return false;
  const verdict = awaited.when?.evaluate({ event, run, facts: knownAt(facts, event), now });
  return verdict === undefined || verdict.value === true;
}

/**
 * The first such event that is known of a run at the beginning of its wait, or at its end. It may come late to its wait: then what it waits
 * for was seen by scenarios before. What they have yet to see moves it on by itself; only where the wait is over first is there no later.
 */
export function eventFor(
  awaited: AwaitedEvent,
  run: RunState,
  dueAt: Date,
  facts: Facts,
  now: Date,
): EventFacts | null {
  const isOver = dueAt.getTime() <= now.getTime();
  const given = facts.history.findIndex(({ id }) => id === run.received);
  for (const { id, type, at, data = {}, isApplied = true } of facts.history.slice(given + 1)) {
    // Of the instant at which the wait begins some were seen before it did.
    if (!isOver && !isApplied && at.getTime() > run.previousAt.getTime()) continue;
    const event = { id, type, at: at.toISOString(), data };
    if (isAwaited(awaited, run, event, dueAt, facts, now)) return event;
  }
  return null;
}
