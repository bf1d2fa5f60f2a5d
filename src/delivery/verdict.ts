import { matchTrigger } from '../domain/entry.js';
import { exitBySubject, exitFor, type ExitReason } from '../domain/exit.js';
import { isAddressedTo } from '../domain/manual-start.js';
import type { CancelReason, EndReason, FailReason, SkipReason, WaitReason } from '../domain/reasons.js';
import type { EventFacts, Facts, RunState } from '../domain/run.js';
import { decideSend } from '../domain/send-decision.js';
import { assertNever } from '../domain/assert-never.js';
import { cancelReasonOf } from '../enrollments/working-run.js';
import type { Letter } from './letter.js';
import { isAllowedRecipient } from './recipients.js';

/** What the last guard says of a letter. */
export type Verdict =
  | { readonly kind: 'send'; readonly to: string }
  /** Its scenario is paused: it waits until somebody resumes it. */
  | { readonly kind: 'hold' }
  /** An event about this run is not processed yet: that comes first. */
  | { readonly kind: 'event-first' }
  /** The run has changed since the letter was rendered, or its person turned out to be another one: it is rendered again. */
  | { readonly kind: 'render-again' }
  | { readonly kind: 'defer'; readonly until: Date; readonly reason: WaitReason }
  /** `field`: what the step's condition missed, only where it was undetermined. */
  | { readonly kind: 'skip'; readonly reason: SkipReason; readonly field?: string }
  | { readonly kind: 'fail'; readonly reason: FailReason; readonly detail: string }
  | { readonly kind: 'cancel'; readonly reason: CancelReason; readonly endRun: EndReason | null }
  | { readonly kind: 'end'; readonly reason: SkipReason; readonly endRun: EndReason };

/** Everything that the guard has read under the locks about one letter. */
export interface GuardInput {
  readonly letter: Letter;
  readonly run: RunState;
  /** Whose the run is now; all the rest is read of the person for whom the letter was claimed. */
  readonly ownerId: string;
  readonly facts: Facts;
  /** The scenario's state in the letter's environment at this moment; null when it is published nowhere any more. */
  readonly publication: 'published' | 'paused' | 'archived' | null;
  /** The contact's own unprocessed events, oldest first. */
  readonly inbox: readonly EventFacts[];
  /** Other people's unprocessed events of types that end runs by their subject. */
  readonly othersEvents: readonly EventFacts[];
  /** With which reason an event that came when the run was over would have ended it; null for a run that goes on. */
  readonly pastExit: ExitReason | null;
  /** Lists that live recipients must be on, see `isAllowedRecipient`; none in the sandbox. */
  readonly recipientLists: readonly (readonly string[])[];
  readonly now: Date;
}

/** The last guard, read from top to bottom: the first rule that speaks decides. Behind it the store's restraint is asked. */
export function judgeLetter(input: GuardInput): Verdict {
  return (
    runIsOver(input) ??
    runBeganAnew(input) ??
    stepIsMissing(input) ??
    scenarioStands(input) ??
    personHasGone(input) ??
    exitIsWaiting(input) ??
    eventIsWaiting(input) ??
    runHasChanged(input) ??
    scenarioAllows(input) ??
    recipientIsAllowed(input) ??
    letterIsRendered(input) ?? { kind: 'send', to: input.facts.contact.email! }
  );
}

/** An exit takes its letters back; a run that came to its own end does not (a letter of it may be tried again). */
function runIsOver({ run }: GuardInput): Verdict | null {
  const reason = run.endReason && cancelReasonOf(run.endReason);
  return reason ? { kind: 'cancel', reason, endRun: null } : null;
}

/** A restart takes its letters back: one of an earlier pass is there only because somebody sends it again, and the same letter is to come. */
function runBeganAnew({ letter: { message }, run }: GuardInput): Verdict | null {
  return message.pass === run.pass ? null : { kind: 'cancel', reason: 'restarted', endRun: null };
}

/**
 * A letter of a step that the run's version does not send is nobody's fault that can be waited for: it ends with its run, or no letter
 * of anybody claimed beside it would ever go.
 */
function stepIsMissing({ letter: { compiled, message } }: GuardInput): Verdict | null {
  const isThere = compiled.steps.some(({ type, step }) => type === 'email' && step.id === message.stepId);
  return isThere ? null : { kind: 'cancel', reason: 'moved', endRun: 'failed:step_missing' };
}

function scenarioStands({ publication }: GuardInput): Verdict | null {
  if (publication === 'paused') return { kind: 'hold' };
  return publication === 'archived' ? { kind: 'cancel', reason: 'archived', endRun: 'scenario_archived' } : null;
}

/**
 * Merged away since the letter was claimed: what they did is the other's by now, whom nobody holds, and an order of theirs would not be
 * seen. Claimed once more, the letter is the other's.
 */
function personHasGone({ letter: { message }, ownerId }: GuardInput): Verdict | null {
  return ownerId === message.contactId ? null : { kind: 'render-again' };
}

/** Once an order has its 202, no reminder for it starts, processed or not; whoever's it is, one from before the run leaves it alone. */
function exitIsWaiting(input: GuardInput): Verdict | null {
  const { letter, run, facts, inbox, othersEvents, pastExit, now } = input;
  const { compiled } = letter;
  const since = (events: readonly EventFacts[]) => events.filter((event) => isSince(event, run.enteredAt));
  const reason =
    firstOf(since(inbox), (event) => exitFor(compiled, run, event, facts, now)) ??
    firstOf(since(othersEvents), (event) => exitBySubject(compiled, run, event, facts, now)) ??
    pastExit;
  return reason && { kind: 'cancel', reason, endRun: reason };
}

function eventIsWaiting({ letter: { compiled }, run, facts, inbox, now }: GuardInput): Verdict | null {
  const restarts = inbox.some((event) => {
    if (event.type !== compiled.triggerEvent || !isSince(event, run.lastActivityAt)) return false;
    if (!isAddressedTo(event, compiled)) return false;
    const match = matchTrigger(compiled, event, facts, now);
    return match.matches && match.subject === run.subject;
  });
  return restarts ? { kind: 'event-first' } : null;
}

function runHasChanged({ letter: { renderedFor }, run }: GuardInput): Verdict | null {
  const { event } = renderedFor;
  return event.id === run.event.id && event.at === run.event.at ? null : { kind: 'render-again' };
}

function scenarioAllows({ letter: { compiled, message }, run, facts, now }: GuardInput): Verdict | null {
  const decision = decideSend(compiled, message.stepId, run, facts, message.meantAt, now);
  switch (decision.kind) {
    case 'send':
      return facts.contact.email === null ? { kind: 'skip', reason: 'no_address' } : null;
    case 'skip':
      return decision;
    case 'end':
      return { kind: 'end', reason: decision.message, endRun: decision.reason };
    default:
      return assertNever(decision);
  }
}

function recipientIsAllowed({ facts, recipientLists }: GuardInput): Verdict | null {
  return isAllowedRecipient(facts.contact.email!, recipientLists) ? null : { kind: 'skip', reason: 'not_allowed_yet' };
}

function letterIsRendered({ letter: { rendered } }: GuardInput): Verdict | null {
  return rendered.ok ? null : { kind: 'fail', reason: rendered.code, detail: rendered.detail };
}

function isSince(event: EventFacts, at: Date): boolean {
  return Date.parse(event.at) >= at.getTime();
}

function firstOf<T, R>(list: readonly T[], find: (item: T) => R | null): R | null {
  for (const item of list) {
    const found = find(item);
    if (found !== null) return found;
  }
  return null;
}
