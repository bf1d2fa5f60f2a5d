import { assertNever } from './assert-never.js';
import { awaitedBy, isAwaited } from './awaited-event.js';
import type { CompiledScenario } from './compiled-scenario.js';
import { endRun } from './exit.js';
import type { Advance, EventFacts, Facts, MessageOutcome, RunState } from './run.js';
import { indexAt, reachedNoLetter, stepAt } from './step-at.js';
import { AT_END, Walk } from './walk.js';

/**
 * Moves a run on from a wait that is due: through its steps until it waits again, plans a letter (`sending`) or ends.
 * A run that comes to its end after letters went out stands at position `end` (`standsAtEnd`) until `settleRun`, because a
 * message of it may still be on the way; one that sent nothing is `completed` at once. Not due: nothing changes.
 */
export function advance(compiled: CompiledScenario, run: RunState, facts: Facts, now: Date): Advance {
  const dueAt = run.dueAt;
  if (run.state !== 'waiting' || dueAt === null || dueAt.getTime() > now.getTime()) return unmoved(run);
  const step = stepAt(compiled, run);
  const walk = new Walk(compiled, facts, now, run, indexAt(compiled, run));
  if (step?.type === 'repeat') return walk.on(walk.turn(step, run.round + 1, dueAt));
  if (step?.type === 'wait' && step.end.kind === 'event') return walk.on(walk.timeOut(step.end, dueAt));
  return walk.on(walk.over('waited', dueAt));
}

/** Moves a run on from its wait for an event, at the event's instant; null for an event that it does not wait for. */
export function receive(
  compiled: CompiledScenario,
  run: RunState,
  event: EventFacts,
  facts: Facts,
  now: Date,
): Advance | null {
  const awaited = awaitedBy(compiled, run);
  if (!awaited || run.dueAt === null || !isAwaited(awaited, run, event, run.dueAt, facts, now)) return null;
  const walk = new Walk(compiled, facts, now, run, indexAt(compiled, run));
  return walk.on(walk.receive(awaited, event));
}

/** Moves a run on from its letter, which left its step at `at` (sent, or not). Behind the last step: as in `advance`. */
export function afterMessage(
  compiled: CompiledScenario,
  run: RunState,
  outcome: MessageOutcome,
  facts: Facts,
  at: Date,
): Advance {
  const step = stepAt(compiled, run);
  if (run.state !== 'sending' || step?.type !== 'email') return unmoved(run);
  const isSent = outcome.kind === 'sent';
  const moved = { ...run, previousAt: at, touches: run.touches + (isSent ? 1 : 0) };
  const known = isSent ? withSent(facts, step.step.id) : facts;
  const walk = new Walk(compiled, known, at, moved, indexAt(compiled, run));
  switch (outcome.kind) {
    case 'sent':
      walk.note('sent', null, at, null);
      break;
    case 'skipped':
      walk.note('skipped', outcome.reason, at, null, outcome.field);
      break;
    case 'ended':
      return walk.endSkipped(outcome.reason, outcome.end);
    case 'failed':
      walk.note('unsent', outcome.reason, at, null);
      break;
    default:
      assertNever(outcome);
  }
  return walk.on(at);
}

/** Behind the last step with letters gone out: `settleRun` completes it as soon as none of them is on the way. */
export function standsAtEnd(run: RunState): boolean {
  return run.state === 'sending' && run.position === AT_END;
}

/** No letter can have been planned in the run's pass: there is nothing yet that could have been sent, opened or clicked. */
export function standsBeforeLetters(compiled: CompiledScenario, run: Pick<RunState, 'position' | 'round'>): boolean {
  return reachedNoLetter(compiled, run) && stepAt(compiled, run)?.type !== 'email';
}

/** Completes a run that stands at its end; any other stays as it is. */
export function settleRun(run: RunState, at: Date): Advance {
  return standsAtEnd(run) ? endRun(run, 'completed', at) : unmoved(run);
}

/** The way of a new run from the event's instant to its first wait or letter. */
export function enterRun(
  compiled: CompiledScenario,
  { event, subject, holdout }: { readonly event: EventFacts; readonly subject: string; readonly holdout: boolean },
  facts: Facts,
  now: Date,
): Advance {
  const at = new Date(event.at);
  const run: RunState = {
    state: 'waiting',
    position: '0',
    dueAt: null,
    previousAt: at,
    enteredAt: at,
    lastActivityAt: at,
    pass: 1,
    round: 1,
    repeatAt: null,
    received: null,
    touches: 0,
    variant: '',
    holdout,
    subject,
    event,
    endReason: null,
    endedAt: null,
  };
  return begin(compiled, run, 'entered', facts, now);
}

/**
 * Puts a run back to its first step with a new event: pass + 1, and the clock starts again at the event's instant, for
 * waits `from: entry` too.
 */
export function restart(
  compiled: CompiledScenario,
  run: RunState,
  event: EventFacts,
  facts: Facts,
  now: Date,
): Advance {
  const at = new Date(event.at);
  const again = {
    ...run,
    event,
    variant: '',
    pass: run.pass + 1,
    round: 1,
    repeatAt: null,
    received: null,
    previousAt: at,
    enteredAt: at,
    lastActivityAt: at,
  };
  return begin(compiled, again, 'restarted', facts, now);
}

/** Gives a run the newer event, so that its next letter shows things as they are now; its timeline stays. */
export function refresh(run: RunState, event: EventFacts): Advance {
  const at = new Date(event.at);
  const { pass, round } = run;
  return {
    run: { ...run, event, lastActivityAt: at },
    messages: [],
    steps: [{ stepId: null, pass, round, outcome: 'refreshed', reason: null, at, dueAt: null }],
  };
}

function begin(
  compiled: CompiledScenario,
  run: RunState,
  outcome: 'entered' | 'restarted',
  facts: Facts,
  now: Date,
): Advance {
  const walk = new Walk(compiled, facts, now, run, -1);
  walk.note(outcome, null, run.enteredAt, null);
  return walk.on(run.enteredAt);
}

function unmoved(run: RunState): Advance {
  return { run, messages: [], steps: [] };
}

/** The letter just sent counts for the conditions behind it, whether or not the loaded facts know of it yet. */
function withSent(facts: Facts, stepId: string): Facts {
  if (facts.messages.some((message) => message.stepId === stepId && message.sent)) return facts;
  const others = facts.messages.filter((message) => message.stepId !== stepId);
  return { ...facts, messages: [...others, { stepId, sent: true, opened: false, clicked: false }] };
}
