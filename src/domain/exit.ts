import type { CompiledExit, CompiledScenario } from './compiled-scenario.js';
import type { EndReason } from './reasons.js';
import type { Advance, EventFacts, Facts, RunState } from './run.js';

/** What an exit looks at of a run; a whole RunState fits. */
export type ExitRun = Pick<RunState, 'event' | 'subject'> &
  Partial<Pick<RunState, 'enteredAt' | 'touches' | 'variant'>>;

/** The reason with which this event ends the run (`exited:…`), or null. An undetermined condition ends it. */
export function exitFor(
  compiled: CompiledScenario,
  run: ExitRun,
  event: EventFacts,
  facts: Facts,
  now?: Date,
): Extract<EndReason, `exited:${string}`> | null {
  throw new Error(JSON.stringify([compiled.key, run, event, facts, now]));
}

/** The subject whose runs an exit with `subject` ends, whoever the buyer is; null when the exit has none or the event lacks it. */
export function exitSubject(
  compiled: CompiledScenario,
  exit: CompiledExit,
  event: EventFacts,
  facts: Facts,
): string | null {
  throw new Error(JSON.stringify([compiled.key, exit, event, facts]));
}

/** Ends a run; an ended one stays as it is. */
export function endRun(run: RunState, reason: EndReason, at: Date): Advance {
  throw new Error(JSON.stringify([run, reason, at]));
}
