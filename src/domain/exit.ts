import type { CompiledExit, CompiledScenario, ConditionInput } from './compiled-scenario.js';
import { knownAt } from './known-at.js';
import type { EndReason } from './reasons.js';
import type { Advance, EventFacts, Facts, RunState } from './run.js';
import { subjectOf } from './subject.js';

/** What an exit looks at of a run; a whole RunState fits, and so does a run that is only about to begin. */
export type ExitRun = Pick<RunState, 'event' | 'subject'> &
  Partial<Pick<RunState, 'enteredAt' | 'touches' | 'variant'>>;

export type ExitReason = Extract<EndReason, `exited:${string}`>;

/** An exit that fits; `field`: what its condition missed when it was undetermined, for explain. */
export interface ExitVerdict {
  readonly reason: ExitReason;
  readonly field: string | null;
}

/**
 * The reason with which this event ends the run, or null; the first exit that fits. An undetermined condition or subject
 * ends it (rather one reminder too few). Pass the facts of the run's own contact.
 */
export function exitFor(
  compiled: CompiledScenario,
  run: ExitRun,
  event: EventFacts,
  facts: Facts,
  now: Date,
): ExitReason | null {
  return exitVerdict(compiled, run, event, facts, now)?.reason ?? null;
}

/** As `exitFor`, with what there is to explain. */
export function exitVerdict(
  compiled: CompiledScenario,
  run: ExitRun,
  event: EventFacts,
  facts: Facts,
  now: Date,
): ExitVerdict | null {
  return firstExit(compiled, run, event, facts, now, (subject) => subject === null || subject === run.subject);
}

/** As `exitFor`, for an event of somebody else: only exits with a `subject`, and only when it is the run's own. */
export function exitBySubject(
  compiled: CompiledScenario,
  run: ExitRun,
  event: EventFacts,
  facts: Facts,
  now: Date,
): ExitReason | null {
  return exitVerdictBySubject(compiled, run, event, facts, now)?.reason ?? null;
}

/** As `exitBySubject`, with what there is to explain. */
export function exitVerdictBySubject(
  compiled: CompiledScenario,
  run: ExitRun,
  event: EventFacts,
  facts: Facts,
  now: Date,
): ExitVerdict | null {
  return firstExit(compiled, run, event, facts, now, (subject) => subject === run.subject && subject !== '');
}

/**
 * The subject whose runs an exit with `subject` ends, whoever the buyer is. Null when the exit has none, or when the
 * event lacks it: then `exitFor` ends the runs of the event's own contact, and nobody else's.
 */
export function exitSubject(exit: CompiledExit, event: EventFacts, facts: Facts): string | null {
  const input = { event, run: null, facts: knownAt(facts, event), now: new Date(event.at) };
  return subjectIn(exit, input) || null;
}

/** Ends a run; an ended one stays as it is. */
export function endRun(run: RunState, reason: EndReason, at: Date): Advance {
  if (run.state === 'ended') return { run, messages: [], steps: [] };
  return {
    run: { ...run, state: 'ended', dueAt: null, endReason: reason, endedAt: at },
    messages: [],
    steps: [{ stepId: null, pass: run.pass, round: run.round, outcome: 'ended', reason, at, dueAt: null }],
  };
}

function firstExit(
  { exits }: CompiledScenario,
  run: ExitRun,
  event: EventFacts,
  facts: Facts,
  now: Date,
  reaches: (subject: string | null) => boolean,
): ExitVerdict | null {
  for (const exit of exits) {
    if (exit.event !== event.type || !reaches(subjectFor(exit, run, event, facts, now))) continue;
    const verdict = exit.when?.evaluate(inputOf(run, event, facts, now));
    if (verdict?.value !== false) return { reason: `exited:${exit.reason}`, field: verdict?.field ?? null };
  }
  return null;
}

function inputOf(run: ExitRun, event: EventFacts, facts: Facts, now: Date): ConditionInput {
  const { subject, enteredAt = new Date(run.event.at), touches = 0, variant = '' } = run;
  return { event, run: { event: run.event, subject, enteredAt, touches, variant }, facts: knownAt(facts, event), now };
}

/**
 * What events name, kept as long as they are: a batch tries up to thousands of a store's orders on each of its carts (measured: 45 ms a
 * cart and 5,000 orders where each order is read anew for each cart).
 */
const named = new WeakMap<EventFacts, Map<CompiledExit, string | null>>();

function subjectFor(exit: CompiledExit, run: ExitRun, event: EventFacts, facts: Facts, now: Date): string | null {
  if (!exit.namesSubject) return exit.subject && subjectIn(exit, inputOf(run, event, facts, now));
  const byExit = named.get(event) ?? new Map<CompiledExit, string | null>();
  const known = byExit.get(exit);
  if (known !== undefined) return known;
  const subject = subjectIn(exit, { event, run: null, facts, now });
  named.set(event, byExit.set(exit, subject));
  return subject;
}

/** The subject that the event names, null when it names none. */
function subjectIn({ subject }: CompiledExit, input: ConditionInput): string | null {
  const text = subject?.text(input) ?? null;
  return text === null ? null : subjectOf(text);
}
