import type { CompiledScenario } from './compiled-scenario.js';
import type { NoEntryReason } from './reasons.js';
import type { Advance, EventFacts, Facts, RunState } from './run.js';

export type TriggerMatch =
  | { readonly matches: true; readonly subject: string }
  /** `field`: what the condition missed when it was undetermined, for explain. */
  | { readonly matches: false; readonly reason: NoEntryReason; readonly field: string | null };

export interface EntryInput {
  readonly event: EventFacts;
  /** From `matchTrigger`. */
  readonly subject: string;
  /** The contact's run of this scenario and subject that has not ended. */
  readonly running: RunState | null;
  /** End of the contact's last run in the scenario, whatever the subject. */
  readonly lastEndedAt: Date | null;
  /** Runs the contact ever had in the scenario, the running ones included. */
  readonly runCount: number;
  readonly paused: boolean;
  readonly facts: Facts;
  /** The contact's stored events at or after the trigger's instant (exits are tried on them first). */
  readonly laterEvents: readonly EventFacts[];
  /** Held out: as stored at the contact's first entry into the scenario, else `isHeldOut(...)`. */
  readonly holdoutDraw: boolean;
}

export type EntryDecision =
  | { readonly kind: 'enter'; readonly run: Advance }
  | { readonly kind: 'restart'; readonly run: Advance }
  | { readonly kind: 'refresh'; readonly run: Advance }
  | { readonly kind: 'none'; readonly reason: NoEntryReason };

/** Whether an event of the trigger's type starts something at all, and for which subject. */
export function matchTrigger(compiled: CompiledScenario, event: EventFacts, facts: Facts, now: Date): TriggerMatch {
  throw new Error(JSON.stringify([compiled.key, event, facts, now]));
}

/**
 * What a matching event does. `enter` holds the run's way from the event's instant to its first wait or letter;
 * `restart` means: cancel what the run has planned (`restarted`), then write its new way.
 */
export function decideEntry(compiled: CompiledScenario, input: EntryInput, now: Date): EntryDecision {
  throw new Error(JSON.stringify([compiled.key, input, now]));
}
