import { assertNever } from './assert-never.js';
import type { Notes } from './compile-notes.js';
import type { CompiledStep, Condition, WaitEnd } from './compiled-scenario.js';
import type { Scope } from './conditions/term.js';
import { elapsedMs } from './duration.js';
import { pointerOf } from './scenario-problems.js';
import { waysOf, type Path, type Step, type WaitStep } from './scenario-steps.js';
import { parseTemplateRef } from './template-ref.js';

/** Lays a scenario's steps out in one list, in document order: each knows which comes behind it, out of a branch as well. */
export function compileSteps(steps: readonly Step[], scope: Scope, notes: Notes): readonly CompiledStep[] {
  return new Layout(scope, notes).of(steps);
}

/** What is known of the runs that come to a place. */
interface Arrival {
  /** Letters that they may have reached before. */
  readonly letters: ReadonlySet<string>;
  /** Any come at all. */
  readonly isReached: boolean;
}

class Layout {
  private readonly laid: CompiledStep[] = [];
  private letters = 0;

  constructor(
    private readonly scope: Scope,
    private readonly notes: Notes,
  ) {}

  of(steps: readonly Step[]): readonly CompiledStep[] {
    this.list(steps, ['steps'], sizeOf(steps), { letters: new Set(), isReached: true });
    return this.laid;
  }

  /** @param next where it goes on behind the list */
  private list(steps: readonly Step[], path: Path, next: number, arrival: Arrival): Arrival {
    let here = arrival;
    for (const [index, step] of steps.entries()) {
      const isLast = index === steps.length - 1;
      const after = this.step(step, [...path, index], isLast ? next : this.laid.length + sizeOf([step]), here);
      if (here.isReached && !after.isReached && !isLast) this.warnOfUnreached(step, [...path, index + 1]);
      here = after;
    }
    return here;
  }

  private step(step: Step, path: Path, next: number, arrival: Arrival): Arrival {
    const { letters } = arrival;
    const pointer = pointerOf(path);
    const placed = {
      when: this.notes.condition(step.when, this.scope, `${pointer}/when`, letters),
      position: path.slice(1).join('.'),
      next,
      lettersBefore: letters,
    };
    const go = this.targetsOf(step, next);
    switch (step.type) {
      case 'wait': {
        const end = this.endOf(step, pointer, letters);
        if (end) this.laid.push({ ...placed, type: 'wait', step, end });
        return arrival;
      }
      case 'email': {
        const reference = parseTemplateRef(step.template);
        this.laid.push({
          ...placed,
          type: 'email',
          step,
          stepNumber: ++this.letters,
          template: reference?.key ?? step.template,
          templatePin: reference?.pin ?? null,
          lateAfterMs: elapsedMs(step.late.after),
        });
        return { ...arrival, letters: new Set([...letters, step.id]) };
      }
      case 'branch': {
        const cases = step.cases.flatMap((one, index) => {
          const when = this.notes.condition(one.when, this.scope, `${pointer}/cases/${index}/when`, letters);
          return when ? [{ when, go: go[index]! }] : [];
        });
        this.laid.push({ ...placed, type: 'branch', step, cases, otherwise: go.at(-1)! });
        return this.ways(step, path, placed, arrival);
      }
      case 'split': {
        const variants = step.variants.map(({ key, weight }, index) => ({ key, weight, go: go[index]! }));
        this.laid.push({ ...placed, type: 'split', step, variants });
        return this.ways(step, path, placed, arrival);
      }
      case 'exit':
        this.laid.push({ ...placed, type: 'exit', step });
        return step.when === undefined ? { ...arrival, isReached: false } : arrival;
      default:
        return assertNever(step);
    }
  }

  /** Where each way of a step that is about to be laid out begins. */
  private targetsOf(step: Step, next: number): readonly number[] {
    let start = this.laid.length + 1;
    return waysOf(step).map(({ steps }) => {
      const target = steps.length === 0 ? next : start;
      start += sizeOf(steps);
      return target;
    });
  }

  private ways(
    step: Step,
    path: Path,
    { next, when }: { readonly next: number; readonly when: Condition | null },
    arrival: Arrival,
  ): Arrival {
    const ends = waysOf(step).map((way) => this.list(way.steps, [...path, ...way.path], next, arrival));
    const behind = ends.filter(({ isReached }) => isReached);
    if (when !== null || behind.length === 0)
      behind.push({ ...arrival, isReached: when !== null && arrival.isReached });
    return {
      letters: new Set(behind.flatMap(({ letters }) => [...letters])),
      isReached: behind.some(({ isReached }) => isReached),
    };
  }

  private endOf(step: WaitStep, pointer: string, letters: ReadonlySet<string>): WaitEnd | null {
    const { until, date } = step;
    if (until) return { kind: 'until', time: until.time, days: until.days ?? null, zone: until.zone ?? 'contact' };
    if (date) {
      const at = this.notes.moment(date.at, this.scope, `${pointer}/date/at`, letters);
      return at && { kind: 'date', at, offset: date.offset ?? null, ifPast: date.ifPast };
    }
    return { kind: 'for', iso: step.for ?? 'PT0S', from: step.from ?? 'previous' };
  }

  /** Nobody comes behind an exit step that everybody takes, nor behind a branch all of whose ways end in one. */
  private warnOfUnreached(last: Step, path: Path): void {
    const detail =
      last.type === 'exit'
        ? `no run comes to this step: the exit step "${last.id}" before it ends every one`
        : `no run comes to this step: every way through "${last.id}" before it ends the run`;
    this.notes.warnings.push({ pointer: pointerOf(path), code: 'step_not_reached', detail });
  }
}

/** How many steps there are in a list, those within others included. */
function sizeOf(steps: readonly Step[]): number {
  return steps.reduce((size, step) => size + 1 + waysOf(step).reduce((sum, way) => sum + sizeOf(way.steps), 0), 0);
}
