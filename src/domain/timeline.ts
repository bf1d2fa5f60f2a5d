import { assertNever } from './assert-never.js';
import { addDuration } from './calendar.js';
import type { CompiledEmail, CompiledScenario } from './compiled-scenario.js';
import { endRun } from './exit.js';
import type { CancelReason, EndReason, SkipReason } from './reasons.js';
import type { Advance, EventFacts, Facts, MessageOutcome, PlannedMessage, RunState, StepRecord } from './run.js';
import { decideSend, holds } from './send-decision.js';
import type { WaitStep } from './scenario-schema.js';
import { zoneOf } from './zone.js';

/** A run that takes as many steps at one instant goes in circles. */
const MOST_STEPS_AT_AN_INSTANT = 100;

const END = 'end';

/**
 * Moves a run on from a wait that is due: through its steps until it waits again, plans a letter (`sending`) or ends.
 * A run that comes to its end after letters went out stands at position `end` (`standsAtEnd`) until `settleRun`, because a
 * message of it may still be on the way; one that sent nothing is `completed` at once. Not due: nothing changes.
 */
export function advance(compiled: CompiledScenario, run: RunState, facts: Facts, now: Date): Advance {
  const dueAt = run.dueAt;
  if (run.state !== 'waiting' || dueAt === null || dueAt.getTime() > now.getTime()) return unmoved(run);
  const walk = new Walk(compiled, facts, now, { ...run, previousAt: dueAt }, Number(run.position));
  walk.note('waited', null, dueAt, dueAt);
  return walk.on(dueAt);
}

/** Moves a run on from its letter, which left its step at `at` (sent, or not). Behind the last step: as in `advance`. */
export function afterMessage(
  compiled: CompiledScenario,
  run: RunState,
  outcome: MessageOutcome,
  facts: Facts,
  at: Date,
): Advance {
  const step = compiled.steps[Number(run.position)];
  if (run.state !== 'sending' || step?.type !== 'email') return unmoved(run);
  const isSent = outcome.kind === 'sent';
  const moved = { ...run, previousAt: at, touches: run.touches + (isSent ? 1 : 0) };
  const known = isSent ? withSent(facts, step.step.id) : facts;
  const walk = new Walk(compiled, known, at, moved, Number(run.position));
  switch (outcome.kind) {
    case 'sent':
      walk.note('sent', null, at, null);
      break;
    case 'skipped':
      walk.note('skipped', outcome.reason, at, null);
      break;
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
  return run.state === 'sending' && run.position === END;
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
  const again = { ...run, event, pass: run.pass + 1, round: 1, previousAt: at, enteredAt: at, lastActivityAt: at };
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

/** One run on its way through the steps; lives for one call and gathers what is to be written. */
class Walk {
  private readonly messages: PlannedMessage[] = [];
  private readonly steps: StepRecord[] = [];

  constructor(
    private readonly compiled: CompiledScenario,
    private readonly facts: Facts,
    private readonly now: Date,
    private run: RunState,
    /** The step it stands at; -1 before the first. */
    private index: number,
  ) {}

  note(outcome: StepRecord['outcome'], reason: string | null, at: Date, dueAt: Date | null): void {
    const stepId = this.compiled.steps[this.index]?.step.id ?? null;
    const { pass, round } = this.run;
    this.steps.push({ stepId, pass, round, outcome, reason, at, dueAt });
  }

  /** Goes on behind the step it stands at; `at` is the instant of the timeline that it has come to. */
  on(at: Date): Advance {
    let cursor = at;
    let stepsAtCursor = 0;
    for (;;) {
      this.index += 1;
      const step = this.compiled.steps[this.index];
      if (step === undefined) return this.finish();
      if (++stepsAtCursor > MOST_STEPS_AT_AN_INSTANT) return this.end('failed:loop');
      const before = cursor.getTime();
      switch (step.type) {
        case 'wait': {
          if (!holds(step.when, this.run, this.facts, this.now)) {
            cursor = this.skip('condition_false');
            break;
          }
          const dueAt = this.endOfWait(step.step, cursor);
          if (dueAt.getTime() > this.now.getTime()) return this.wait(dueAt);
          this.note('waited', null, dueAt, dueAt);
          this.run = { ...this.run, previousAt: dueAt };
          cursor = dueAt;
          break;
        }
        case 'email': {
          const decision = decideSend(this.compiled, step.step.id, this.run, this.facts, cursor, this.now);
          switch (decision.kind) {
            case 'send':
            case 'defer': // the last guard asks again and holds it back then
              return this.plan(step, cursor);
            case 'skip':
              this.write(step, cursor, decision.reason);
              cursor = this.skip(decision.reason);
              break;
            case 'end':
              this.write(step, cursor, skipReasonOf(decision.message));
              this.note('skipped', decision.message, this.now, null);
              return this.end(decision.reason);
            default:
              return assertNever(decision);
          }
          break;
        }
        case 'exit':
          if (holds(step.when, this.run, this.facts, this.now)) return this.end(`ended_by_step:${step.step.reason}`);
          cursor = this.skip('condition_false');
          break;
        default:
          return assertNever(step);
      }
      if (cursor.getTime() !== before) stepsAtCursor = 0;
    }
  }

  /** A wait never ends before it begins: one from entry that is long over ends where the timeline stands. */
  private endOfWait({ from, for: iso }: WaitStep, cursor: Date): Date {
    const anchor = from === 'entry' ? this.run.enteredAt : this.run.previousAt;
    const end = addDuration(anchor, iso, zoneOf(this.facts.contact, this.facts.store));
    return end.getTime() < cursor.getTime() ? cursor : end;
  }

  private wait(dueAt: Date): Advance {
    this.note('waiting', null, this.now, dueAt);
    return this.stand({ state: 'waiting', position: String(this.index), dueAt });
  }

  private plan(step: CompiledEmail, dueAt: Date): Advance {
    this.write(step, dueAt, null);
    this.note('planned', null, this.now, dueAt);
    return this.stand({ state: 'sending', position: String(this.index), dueAt: null });
  }

  /** A skipped step's instant is where the next `previous` begins. */
  private skip(reason: SkipReason): Date {
    this.note('skipped', reason, this.now, null);
    this.run = { ...this.run, previousAt: this.now };
    return this.now;
  }

  private write(
    { step, stepNumber, template, templatePin }: CompiledEmail,
    dueAt: Date,
    reason: SkipReason | null,
  ): void {
    const { pass, round } = this.run;
    this.messages.push({
      stepId: step.id,
      stepNumber,
      pass,
      round,
      template,
      templatePin,
      policy: step.delivery,
      dueAt,
      state: reason === null ? 'planned' : 'skipped',
      reason,
    });
  }

  private finish(): Advance {
    if (this.run.touches === 0) return this.end('completed');
    return this.stand({ state: 'sending', position: END, dueAt: null });
  }

  private end(reason: EndReason): Advance {
    const ended = endRun({ ...this.run, position: this.positionAtEnd() }, reason, this.now);
    return { run: ended.run, messages: this.messages, steps: [...this.steps, ...ended.steps] };
  }

  private positionAtEnd(): string {
    return this.index < this.compiled.steps.length ? String(Math.max(this.index, 0)) : END;
  }

  private stand(place: Pick<RunState, 'state' | 'position' | 'dueAt'>): Advance {
    return { run: { ...this.run, ...place }, messages: this.messages, steps: this.steps };
  }
}

/** An ending decision names its letter's reason from both vocabularies; on reaching a step the letter is only ever skipped. */
function skipReasonOf(reason: SkipReason | CancelReason): SkipReason {
  return reason === 'suppressed' || reason === 'late' ? reason : 'no_consent';
}
