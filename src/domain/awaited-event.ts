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
  // What started the run, or was taken over by it, is not what it waits for since.
  if (event.id === run.event.id) return false;
  const verdict = awaited.when?.evaluate({ event, run, facts: knownAt(facts, event), now });
  return verdict === undefined || verdict.value === true;
}

/** The first such event that the history has: a run may come late to its wait, or its end be told before the event is. */
export function eventFor(
  awaited: AwaitedEvent,
  run: RunState,
  dueAt: Date,
  facts: Facts,
  now: Date,
): EventFacts | null {
  for (const { id, type, at, data = {} } of facts.history) {
    const event = { id, type, at: at.toISOString(), data };
    if (type === awaited.event && isAwaited(awaited, run, event, dueAt, facts, now)) return event;
  }
  return null;
}
