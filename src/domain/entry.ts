import type { CompiledScenario } from './compiled-scenario.js';
import { SUBSCRIPTION_REQUESTED } from './double-opt-in.js';
import { exitBySubject, exitFor } from './exit.js';
import { knownAt } from './known-at.js';
import type { NoEntryReason } from './reasons.js';
import type { Advance, EventFacts, Facts, RunState } from './run.js';
import { reachedNoLetter } from './step-at.js';
import { subjectOf } from './subject.js';
import { enterRun, refresh, restart } from './timeline.js';

export type TriggerMatch =
  /** `tooOld`: it starts nothing any more; what a run that goes on knows of its thing it changes all the same. */
  | { readonly matches: true; readonly subject: string; readonly tooOld: boolean }
  /** `field`: what the condition missed when it was undetermined, for explain. */
  | { readonly matches: false; readonly reason: NoEntryReason; readonly field: string | null };

export interface EntryInput {
  readonly event: EventFacts;
  /** From `matchTrigger`. */
  readonly subject: string;
  readonly tooOld: boolean;
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
  /** Other people's stored events at or after it, for exits with a subject: somebody else may have bought this very cart. */
  readonly othersEvents?: readonly EventFacts[];
  /** Held out: as stored at the contact's first entry into the scenario, else `isHeldOut(...)`. Nobody is in `service`. */
  readonly holdoutDraw: boolean;
}

export type EntryDecision =
  | { readonly kind: 'enter'; readonly run: Advance }
  | { readonly kind: 'restart'; readonly run: Advance }
  | { readonly kind: 'refresh'; readonly run: Advance }
  | { readonly kind: 'none'; readonly reason: NoEntryReason };

/** Whether an event of the trigger's type has a say at all, and for which subject. */
export function matchTrigger(compiled: CompiledScenario, event: EventFacts, facts: Facts, now: Date): TriggerMatch {
  const { when, subject, maxAgeMs } = compiled.trigger;
  const input = { event, run: null, facts: knownAt(facts, event), now };
  const verdict = when?.evaluate(input);
  if (verdict !== undefined && verdict.value !== true)
    return { matches: false, reason: 'condition_false', field: verdict.field };
  const tooOld = now.getTime() - Date.parse(event.at) > maxAgeMs;
  if (compiled.scenario.reentry.whileRunning === 'parallel') return { matches: true, subject: event.id, tooOld };
  return { matches: true, subject: subjectOf(subject?.text(input) ?? ''), tooOld };
}

/**
 * What a matching event does. `enter` holds the run's way from the event's instant to its first wait or letter;
 * `restart` means: cancel what the run has planned (`restarted`), then write its new way.
 */
export function decideEntry(compiled: CompiledScenario, input: EntryInput, now: Date): EntryDecision {
  const { event, running, facts, subject } = input;
  if (running !== null) return decideRunning(compiled, running, event, facts, now);
  const refusal = refusalOf(compiled, input, now);
  if (refusal !== null) return { kind: 'none', reason: refusal };
  // Whoever was drawn while the scenario was marketing gets the letters that a service owes them.
  const holdout = input.holdoutDraw && compiled.messageClass !== 'service';
  return { kind: 'enter', run: enterRun(compiled, { event, subject, holdout }, facts, now) };
}

function decideRunning(
  compiled: CompiledScenario,
  running: RunState,
  event: EventFacts,
  facts: Facts,
  now: Date,
): EntryDecision {
  const isOlder = Date.parse(event.at) < running.lastActivityAt.getTime();
  if (isOlder || event.id === running.event.id) return { kind: 'none', reason: 'already_running' };
  if (compiled.scenario.reentry.whileRunning === 'restart' && mayRestart(compiled, running))
    return { kind: 'restart', run: restart(compiled, running, event, facts, now) };
  return { kind: 'refresh', run: refresh(running, event) };
}

/**
 * Once a letter has gone the clock is not reset; a held-out run keeps the same timeline as if its letters went. Behind a branch one of
 * whose ways has a letter it is taken to have come by that way.
 */
function mayRestart(compiled: CompiledScenario, run: RunState): boolean {
  if (run.touches > 0) return false;
  if (!run.holdout) return true;
  return reachedNoLetter(compiled, run);
}

function refusalOf(compiled: CompiledScenario, input: EntryInput, now: Date): NoEntryReason | null {
  const { event, facts, lastEndedAt, runCount } = input;
  if (input.tooOld) return 'too_old';
  if (input.paused) return 'paused';
  if (compiled.triggerEvent === SUBSCRIPTION_REQUESTED && facts.contact.confirmedAt !== null) return 'confirmed';
  const { erased, suppressed } = facts.contact;
  // A service is owed to a blocked address too; whoever was erased takes part in nothing, also by what was received before.
  if (erased || (compiled.messageClass !== 'service' && suppressed !== null)) return 'suppressed';
  if (isCoolingDown(compiled, lastEndedAt, Date.parse(event.at))) return 'cool_down';
  const { limit } = compiled.scenario.reentry;
  if (limit !== undefined && runCount >= limit) return 'limit';
  return exitBefore(compiled, input, now);
}

/** The exit that an event stored already would be for the run, decided now as if the run had begun and the event came to it. */
function exitBefore(compiled: CompiledScenario, input: EntryInput, now: Date): NoEntryReason | null {
  const { event, facts, subject, laterEvents, othersEvents = [] } = input;
  const atMs = Date.parse(event.at);
  const isLater = (other: EventFacts): boolean => other.id !== event.id && Date.parse(other.at) >= atMs;
  for (const later of laterEvents.filter(isLater)) {
    const reason = exitFor(compiled, { event, subject }, later, facts, now);
    if (reason !== null) return reason;
  }
  // Of thousands of orders most are of another cart, which costs less to see than when they were placed.
  for (const other of othersEvents) {
    const reason = exitBySubject(compiled, { event, subject }, other, facts, now);
    if (reason !== null && isLater(other)) return reason;
  }
  return null;
}

function isCoolingDown({ afterExit }: CompiledScenario, lastEndedAt: Date | null, eventMs: number): boolean {
  if (lastEndedAt === null || afterExit === 'always') return false;
  return afterExit === 'never' || eventMs < lastEndedAt.getTime() + afterExit;
}
