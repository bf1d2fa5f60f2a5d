import { assertNever } from './assert-never.js';
import { addDuration } from './calendar.js';
import type { CompiledEmail, CompiledScenario } from './compiled-scenario.js';
import { endRun } from './exit.js';
import type { EndReason, SkipReason } from './reasons.js';
import type { Advance, Facts, PlannedMessage, RunState, StepRecord } from './run.js';
import type { WaitStep } from './scenario-schema.js';
import { decideSend, detailOf, unmet } from './send-decision.js';
import { zoneOf } from './zone.js';

/** A run that takes as many steps at one instant goes in circles. */
const MOST_STEPS_AT_AN_INSTANT = 100;

/** The position behind the last step. */
export const AT_END = 'end';

/** One run on its way through the steps; lives for one call and gathers what is to be written. */
export class Walk {
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
      this.index += 1;
      const step = this.compiled.steps[this.index];
      if (step === undefined) return this.finish();
      if (++stepsAtCursor > MOST_STEPS_AT_AN_INSTANT) return this.end('failed:loop');
      const before = cursor.getTime();
      switch (step.type) {
        case 'wait': {
          const missed = unmet(step.when, this.run, this.facts, this.now);
          if (missed) {
            cursor = this.skip('condition_false', missed.field);
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
              return this.plan(step, cursor);
            case 'skip':
              this.write(step, cursor, decision.reason, decision.field);
              cursor = this.skip(decision.reason, decision.field);
              break;
            case 'end':
              this.write(step, cursor, decision.message);
              return this.endSkipped(decision.message, decision.reason);
            default:
              return assertNever(decision);
          }
          break;
        }
        case 'exit': {
          const missed = unmet(step.when, this.run, this.facts, this.now);
          if (!missed) return this.end(`ended_by_step:${step.step.reason}`);
          cursor = this.skip('condition_false', missed.field);
          break;
        }
        default:
          return assertNever(step);
      }
      if (cursor.getTime() !== before) stepsAtCursor = 0;
    }
  }

  /** The run goes no further than the letter it stands at, which is skipped. */
  endSkipped(message: SkipReason, reason: EndReason): Advance {
    this.note('skipped', message, this.now, null);
    return this.end(reason);
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
  private skip(reason: SkipReason, field?: string): Date {
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
      detail: detailOf(field),
    });
  }

  private finish(): Advance {
    if (this.run.touches === 0) return this.end('completed');
    return this.stand({ state: 'sending', position: AT_END, dueAt: null });
  }

  private end(reason: EndReason): Advance {
    const ended = endRun({ ...this.run, position: this.positionAtEnd() }, reason, this.now);
    return { run: ended.run, messages: this.messages, steps: [...this.steps, ...ended.steps] };
  }

  private positionAtEnd(): string {
    return this.index < this.compiled.steps.length ? String(this.index) : AT_END;
  }

  private stand(place: Pick<RunState, 'state' | 'position' | 'dueAt'>): Advance {
    return { run: { ...this.run, ...place }, messages: this.messages, steps: this.steps };
  }
}
