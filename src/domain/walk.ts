import { assertNever } from './assert-never.js';
import { eventFor } from './awaited-event.js';
import type {
  AwaitedEvent,
  CompiledBranch,
  CompiledEmail,
  CompiledRepeat,
  CompiledScenario,
  CompiledSplit,
  CompiledStep,
  WaitEnd,
} from './compiled-scenario.js';
import { endRun } from './exit.js';
import type { EndReason, PastReason, SkipReason } from './reasons.js';
import type { Advance, EventFacts, Facts, PlannedMessage, RunState, StepRecord } from './run.js';
import { messageOf } from './planned-message.js';
import { decideSend, unmet } from './send-decision.js';
import { variantFor, variantPath } from './variant.js';
import { endOfWait, nextTurn } from './wait-end.js';

/** A run that takes as many steps at one instant goes in circles. */
const MOST_STEPS_AT_AN_INSTANT = 100;
/** Turns that a run catches up with in one go; it comes due again for the rest. */
const MOST_TURNS_AT_ONCE = 100;

/** The position behind the last step. */
export const AT_END = 'end';

/** One run on its way through the steps; lives for one call and gathers what is to be written. */
export class Walk {
  private readonly messages: PlannedMessage[] = [];
  private readonly steps: StepRecord[] = [];
  /** The step to take next. */
  private ahead: number;
  /** The next step is left out, because the moment that it was to wait for is over. */
  private leavesNextOut = false;
  private turns = 0;

  constructor(
    private readonly compiled: CompiledScenario,
    private readonly facts: Facts,
    private readonly now: Date,
    private run: RunState,
    /** The step it stands at; -1 before the first. */
    private index: number,
  ) {
    // Where its version has no such place there is nothing that could be done again.
    this.ahead = index < 0 ? 0 : (compiled.steps[index]?.next ?? compiled.steps.length);
  }

  note(outcome: StepRecord['outcome'], reason: string | null, at: Date, dueAt: Date | null, field?: string): void {
    const stepId = this.compiled.steps[this.index]?.step.id ?? null;
    const { pass, round } = this.run;
    this.steps.push({ stepId, pass, round, outcome, reason, at, dueAt, field });
  }

  /** Goes on behind the step it stands at; `at` is the instant of the timeline that it has come to. */
  on(at: Date): Advance {
    let cursor = at;
    let stepsAtCursor = 0;
    for (;;) {
      this.index = this.ahead;
      const step = this.compiled.steps[this.index];
      if (step === undefined) return this.finish();
      if (++stepsAtCursor > MOST_STEPS_AT_AN_INSTANT) return this.end('failed:loop');
      this.ahead = step.next;
      const taken = this.leavesNextOut ? this.leaveOut(step, cursor) : this.take(step, cursor);
      if (!(taken instanceof Date)) return taken;
      if (taken.getTime() !== cursor.getTime()) stepsAtCursor = 0;
      cursor = taken;
    }
  }

  /** Takes one step: the instant at which it goes on, or what becomes of the run when it does not for now. */
  private take(step: CompiledStep, cursor: Date): Date | Advance {
    if (step.type === 'email') return this.letter(step, cursor);
    if (step.type === 'repeat' && this.run.repeatAt !== null) return this.again(step, this.run.repeatAt, cursor);
    const missed = unmet(step.when, this.run, this.facts, this.now);
    if (missed) return this.skip('condition_false', missed.field);
    switch (step.type) {
      case 'wait':
        return this.wait(step.end, cursor);
      case 'branch':
        return this.branch(step, cursor);
      case 'split':
        return this.split(step, cursor);
      case 'repeat':
        this.run = { ...this.run, repeatAt: cursor };
        return this.turn(step, 1, cursor);
      case 'exit':
        return this.end(`ended_by_step:${step.step.reason}`);
      default:
        return assertNever(step);
    }
  }

  private letter(step: CompiledEmail, cursor: Date): Date | Advance {
    const decision = decideSend(this.compiled, step.step.id, this.run, this.facts, cursor, this.now);
    switch (decision.kind) {
      case 'send':
        return this.plan(step, cursor);
      case 'skip':
        this.write(step, cursor, decision.reason, decision.field);
        return this.skip(decision.reason, decision.field);
      case 'end':
        this.write(step, cursor, decision.message);
        return this.endSkipped(decision.message, decision.reason);
      default:
        return assertNever(decision);
    }
  }

  /**
   * What stands behind a wait for a moment that is over, and is not to be done then; all that stands within it as well. A repeat to which
   * a turn leads back is not behind it.
   */
  private leaveOut(step: CompiledStep, cursor: Date): Date | Advance {
    this.leavesNextOut = false;
    if (step.type === 'repeat' && this.run.repeatAt !== null) return this.take(step, cursor);
    if (step.type === 'email') this.write(step, cursor, 'late');
    return this.skip('late');
  }

  private branch(step: CompiledBranch, cursor: Date): Date {
    let field: string | undefined;
    for (const [index, { when, go }] of step.cases.entries()) {
      const missed = unmet(when, this.run, this.facts, this.now);
      if (!missed) {
        this.ahead = go;
        this.note('branched', `case:${index + 1}`, this.now, null, field);
        return cursor;
      }
      field ??= missed.field;
    }
    this.ahead = step.otherwise;
    this.note('branched', 'else', this.now, null, field);
    return cursor;
  }

  private split(step: CompiledSplit, cursor: Date): Date {
    const { key, go } = variantFor(step, this.facts.contact, this.compiled.key);
    this.ahead = go;
    this.run = { ...this.run, variant: variantPath(this.run, key) };
    this.note('split', `variant:${key}`, this.now, null);
    return cursor;
  }

  /** The run goes no further than the letter it stands at, which is skipped. */
  endSkipped(message: SkipReason, reason: EndReason): Advance {
    this.note('skipped', message, this.now, null);
    return this.end(reason);
  }

  /** The turn that begins at `at`: also called when a run stands at its repeat and is due. */
  turn(step: CompiledRepeat, round: number, at: Date): Date {
    this.ahead = step.go;
    this.run = { ...this.run, round, previousAt: at };
    this.note('repeated', `turn:${round}`, at, null);
    return at;
  }

  /** Behind the last step of a turn. */
  private again(step: CompiledRepeat, first: Date, cursor: Date): Date | Advance {
    const next = nextTurn(step, this.run, first, this.facts, cursor);
    if (next === null) {
      this.run = { ...this.run, round: 1, repeatAt: null };
      return cursor;
    }
    const isOver = next.getTime() <= this.now.getTime();
    return isOver && ++this.turns < MOST_TURNS_AT_ONCE
      ? this.turn(step, this.run.round + 1, next)
      : this.standUntil(next);
  }

  /** What an awaited event leads to, at its own instant. */
  receive({ received }: AwaitedEvent, event: EventFacts): Date {
    this.ahead = received;
    this.run = { ...this.run, received: event.id };
    return this.over('received', new Date(event.at));
  }

  /** The end of a wait for an event that was not met by the time that it is told of: it may have come all the same. */
  timeOut(end: AwaitedEvent, dueAt: Date): Date {
    const come = eventFor(end, this.run, dueAt, this.facts, this.now);
    if (come) return this.receive(end, come);
    this.ahead = end.timedOut;
    return this.over('timed_out', dueAt);
  }

  private wait(end: WaitEnd, cursor: Date): Date | Advance {
    if (end.kind === 'event') {
      const dueAt = new Date(cursor.getTime() + end.timeoutMs);
      if (dueAt.getTime() <= this.now.getTime()) return this.timeOut(end, dueAt);
      const come = eventFor(end, this.run, dueAt, this.facts, this.now);
      return come ? this.receive(end, come) : this.standUntil(dueAt);
    }
    const over = endOfWait(end, this.run, this.facts, cursor, this.now);
    if (over instanceof Date)
      return over.getTime() > this.now.getTime() ? this.standUntil(over) : this.over('waited', over);
    this.leavesNextOut = over.ifPast === 'skip-next';
    const goesOn = this.skip(over.reason, over.field);
    return over.ifPast === 'exit' ? this.end(`ended_by_step:${over.reason}`) : goesOn;
  }

  private standUntil(dueAt: Date): Advance {
    this.note('waiting', null, this.now, dueAt);
    return this.stand({ state: 'waiting', position: this.position(), dueAt });
  }

  /** Something that was waited for is over, from which the next `previous` counts. */
  over(outcome: 'waited' | 'received' | 'timed_out', at: Date): Date {
    this.note(outcome, null, at, outcome === 'waited' ? at : null);
    this.run = { ...this.run, previousAt: at };
    return at;
  }

  private plan(step: CompiledEmail, dueAt: Date): Advance {
    this.write(step, dueAt, null);
    this.note('planned', null, this.now, dueAt);
    return this.stand({ state: 'sending', position: this.position(), dueAt: null });
  }

  /** A skipped step's instant is where the next `previous` begins. */
  private skip(reason: SkipReason | PastReason, field?: string): Date {
    this.note('skipped', reason, this.now, null, field);
    this.run = { ...this.run, previousAt: this.now };
    return this.now;
  }

  private write(step: CompiledEmail, dueAt: Date, reason: SkipReason | null, field?: string): void {
    this.messages.push(messageOf(step, this.run, dueAt, reason, field));
  }

  private finish(): Advance {
    if (this.run.touches === 0) return this.end('completed');
    return this.stand({ state: 'sending', position: AT_END, dueAt: null });
  }

  private end(reason: EndReason): Advance {
    const ended = endRun({ ...this.run, position: this.position() }, reason, this.now);
    return { run: ended.run, messages: this.messages, steps: [...this.steps, ...ended.steps] };
  }

  private position(): string {
    return this.compiled.steps[this.index]?.position ?? AT_END;
  }

  private stand(place: Pick<RunState, 'state' | 'position' | 'dueAt'>): Advance {
    return { run: { ...this.run, ...place }, messages: this.messages, steps: this.steps };
  }
}
