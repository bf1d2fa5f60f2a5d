import { assertNever } from './assert-never.js';
import type { CompiledEmail, CompiledScenario, Condition } from './compiled-scenario.js';
import type { SkipReason } from './reasons.js';
import { preferenceBarrier } from './preferences.js';
import type { Facts, RunState, SendDecision } from './run.js';

const SEND: SendDecision = { kind: 'send' };

/**
 * Whether a letter may go: asked on reaching the step, and by the last guard with fresh facts.
 * `dueAt` is the letter's own instant, from which `late` counts. The first reason against it is the one that is told.
 */
export function decideSend(
  compiled: CompiledScenario,
  stepId: string,
  run: RunState,
  facts: Facts,
  dueAt: Date,
  now: Date,
): SendDecision {
  const email = emailStepOf(compiled, stepId);
  if (run.holdout) return skip('holdout');
  const missed = unmet(email.when, run, facts, now);
  if (missed) return { kind: 'skip', reason: 'condition_false', ...missed };
  const barrier = barrierOf(compiled, facts, now);
  if (barrier !== null) return skip(barrier);
  return now.getTime() - dueAt.getTime() > email.lateAfterMs ? decideLate(email) : SEND;
}

/** Null when a step's condition holds for the run; an undetermined one does not, and `field` says what it missed. */
export function unmet(
  when: Condition | null,
  run: RunState,
  facts: Facts,
  now: Date,
): { readonly field?: string } | null {
  if (when === null) return null;
  const { value, field } = when.evaluate({ event: run.event, run, facts, now });
  if (value === true) return null;
  return field === null ? {} : { field };
}

/** How a letter's row says that its condition was undetermined. */
export function detailOf(field: string | undefined): string | null {
  return field === undefined ? null : `undetermined: ${field}`;
}

/** What stands between this person and a letter of this class. */
function barrierOf({ messageClass, group }: CompiledScenario, { contact, store }: Facts, now: Date): SkipReason | null {
  if (contact.email === null) return 'no_address';
  if (contact.suppressed !== null) return 'suppressed';
  if (messageClass === 'service') return null;
  if (contact.marketingConsent !== true) return 'no_consent';
  if (store.doubleOptIn && contact.confirmedAt === null) return 'not_confirmed';
  return preferenceBarrier({ messageClass, group }, contact, now);
}

function decideLate({ step }: CompiledEmail): SendDecision {
  switch (step.late.then) {
    case 'send':
      return SEND;
    case 'skip':
      return skip('late');
    case 'exit':
      return { kind: 'end', reason: 'ended_by_step:late', message: 'late' };
    default:
      return assertNever(step.late.then);
  }
}

function skip(reason: SkipReason): SendDecision {
  return { kind: 'skip', reason };
}

/** The email step of this id; throws for a step that sends nothing. */
export function emailStepOf(compiled: CompiledScenario, stepId: string): CompiledEmail {
  for (const step of compiled.steps) if (step.type === 'email' && step.step.id === stepId) return step;
  throw new RangeError(`scenario ${compiled.key} has no email step ${stepId}`);
}
