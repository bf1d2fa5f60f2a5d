import { assertNever } from './assert-never.js';
import { addDuration, addOffset, nextTimeOfDay, startOfDay } from './calendar.js';
import type {
  CompiledBranch,
  CompiledEmail,
  CompiledScenario,
  CompiledSplit,
  CompiledStep,
  WaitEnd,
} from './compiled-scenario.js';
import { endRun } from './exit.js';
import type { EndReason, PastReason, SkipReason } from './reasons.js';
import type { Advance, Facts, PlannedMessage, RunState, StepRecord } from './run.js';
import { decideSend, detailOf, unmet } from './send-decision.js';
import { variantFor, variantPath } from './variant.js';
import { zoneNamed, zoneOf } from './zone.js';

type MomentEnd = Extract<WaitEnd, { kind: 'date' }>;

/** A run that takes as many steps at one instant goes in circles. */
const MOST_STEPS_AT_AN_INSTANT = 100;

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

  constructor(
    private readonly compiled: CompiledScenario,
    private readonly facts: Facts,
    private readonly now: Date,
    private run: RunState,
    /** The step it stands at; -1 before the first. */
    private index: number,
  ) {
    this.ahead = compiled.steps[index]?.next ?? 0;
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
    const missed = unmet(step.when, this.run, this.facts, this.now);
    if (missed) return this.skip('condition_false', missed.field);
    switch (step.type) {
      case 'wait':
        return step.end.kind === 'date'
          ? this.waitForMoment(step.end, cursor)
          : this.waitUntil(this.endOf(step.end, cursor));
      case 'branch':
        return this.branch(step, cursor);
      case 'split':
        return this.split(step, cursor);
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

  /** What stands behind a wait for a moment that is over, and is not to be done then; all that stands within it as well. */
  private leaveOut(step: CompiledStep, cursor: Date): Date {
    this.leavesNextOut = false;
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
    this.run = { ...this.run, variant: variantPath(this.run.variant, key) };
    this.note('split', `variant:${key}`, this.now, null);
    return cursor;
  }

  /** The run goes no further than the letter it stands at, which is skipped. */
  endSkipped(message: SkipReason, reason: EndReason): Advance {
    this.note('skipped', message, this.now, null);
    return this.end(reason);
  }

  /** A wait never ends before it begins: one from entry that is long over ends where the timeline stands. */
  private endOf(end: Exclude<WaitEnd, { kind: 'date' }>, cursor: Date): Date {
    const { contact, store } = this.facts;
    switch (end.kind) {
      case 'for': {
        const anchor = end.from === 'entry' ? this.run.enteredAt : this.run.previousAt;
        const over = addDuration(anchor, end.iso, zoneOf(contact, store));
        return over.getTime() < cursor.getTime() ? cursor : over;
      }
      case 'until':
        return nextTimeOfDay(cursor, end.time, end.days, zoneNamed(end.zone, this.facts));
      default:
        return assertNever(end);
    }
  }

  private waitForMoment({ at, offset, ifPast }: MomentEnd, cursor: Date): Date | Advance {
    const found = at.moment({ event: this.run.event, run: this.run, facts: this.facts, now: this.now });
    if (found.value !== null) {
      const zone = zoneOf(this.facts.contact, this.facts.store);
      const moment = typeof found.value === 'string' ? startOfDay(found.value, zone) : found.value;
      const end = offset === null ? moment : addOffset(moment, offset, zone);
      if (end.getTime() >= cursor.getTime()) return this.waitUntil(end);
    }
    const [reason, field] = found.value === null ? (['date_unknown', found.field] as const) : (['date_past'] as const);
    this.leavesNextOut = ifPast === 'skip-next';
    const goesOn = this.skip(reason, field);
    return ifPast === 'exit' ? this.end(`ended_by_step:${reason}`) : goesOn;
  }

  private waitUntil(dueAt: Date): Date | Advance {
    if (dueAt.getTime() > this.now.getTime()) {
      this.note('waiting', null, this.now, dueAt);
      return this.stand({ state: 'waiting', position: this.position(), dueAt });
    }
    this.note('waited', null, dueAt, dueAt);
    this.run = { ...this.run, previousAt: dueAt };
    return dueAt;
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

  private write(
    { step, stepNumber, template, templatePin }: CompiledEmail,
    dueAt: Date,
    reason: SkipReason | null,
    field?: string,
  ): void {
    const { pass, round, variant } = this.run;
    this.messages.push({
      stepId: step.id,
      stepNumber,
      pass,
      round,
      variant,
      template,
      templatePin,
      policy: step.delivery,
      dueAt,
      state: reason === null ? 'planned' : 'skipped',
      reason,
      detail: detailOf(field),
    });
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
