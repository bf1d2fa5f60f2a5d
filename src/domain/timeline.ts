import type { CompiledScenario } from './compiled-scenario.js';
import type { Advance, EventFacts, Facts, MessageOutcome, RunState } from './run.js';

/**
 * Moves a run on from a wait that is due: through its steps until it waits again, plans a letter (`sending`) or ends.
 * A run that comes to its end after letters went out stands at position `end` (`standsAtEnd`) until `settleRun`, because a
 * message of it may still be on the way; one that sent nothing is `completed` at once. Not due: nothing changes.
 */
export function advance(compiled: CompiledScenario, run: RunState, facts: Facts, now: Date): Advance {
  throw new Error(JSON.stringify([compiled.key, run, facts, now]));
}

/** Moves a run on from its letter, which left its step at `at` (sent, or not). Behind the last step: as in `advance`. */
export function afterMessage(
  compiled: CompiledScenario,
  run: RunState,
  outcome: MessageOutcome,
  facts: Facts,
  at: Date,
): Advance {
  throw new Error(JSON.stringify([compiled.key, run, outcome, facts, at]));
}

/** Behind the last step with letters gone out: `settleRun` completes it as soon as none of them is on the way. */
export function standsAtEnd(run: RunState): boolean {
  return run.state === 'sending' && run.position === 'end';
}

/** Completes a run that stands at its end; any other stays as it is. */
export function settleRun(run: RunState, at: Date): Advance {
  throw new Error(JSON.stringify([run, at]));
}

/** The way of a new run from the event's instant to its first wait or letter. */
export function enterRun(
  compiled: CompiledScenario,
  entry: { readonly event: EventFacts; readonly subject: string; readonly holdout: boolean },
  facts: Facts,
  now: Date,
): Advance {
  throw new Error(JSON.stringify([compiled.key, entry, facts, now]));
}

/** Puts a run back to its first step with a new event: pass + 1, the clock starts at the event's instant. */
export function restart(
  compiled: CompiledScenario,
  run: RunState,
  event: EventFacts,
  facts: Facts,
  now: Date,
): Advance {
  throw new Error(JSON.stringify([compiled.key, run, event, facts, now]));
}
