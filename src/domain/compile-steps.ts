import { assertNever } from './assert-never.js';
import type { Notes } from './compile-notes.js';
import type { CompiledRepeat, CompiledStep, Condition, WaitEnd } from './compiled-scenario.js';
import type { Scope } from './conditions/term.js';
import { elapsedMs } from './duration.js';
import { pointerOf } from './scenario-problems.js';
import { everyStep, waysOf, type Path, type RepeatStep, type Step, type WaitStep } from './scenario-steps.js';
import { parseTemplateRef } from './template-ref.js';

/** A run may come to a wait late, after an outage; what happened meanwhile is looked up so far back beyond the timeout. */
const LATEST_ARRIVAL_MS = 7 * 86_400_000;

/**
 * Lays a scenario's steps out in one list, in document order: each knows which comes behind it, out of a branch as well.
 * @param scopeOf what a condition about an event of this type sees, beside the run
 */
export function compileSteps(
  steps: readonly Step[],
  scopeOf: (eventType: string) => Scope,
  triggerEvent: string,
  notes: Notes,
): readonly CompiledStep[] {
  return new Layout(scopeOf, scopeOf(triggerEvent), notes).of(steps);
}

/** What is known of the runs that come to a place. */
interface Arrival {
  /** Letters that they may have reached before, in this turn of a repeat. */
  readonly letters: ReadonlySet<string>;
  /** Those of earlier turns. */
  readonly earlier: ReadonlySet<string>;
  /** The first letters of the ways that lead there. */
  readonly firsts: readonly string[];
  /** Any come at all. */
  readonly isReached: boolean;
}

class Layout {
  private readonly laid: CompiledStep[] = [];
  private letters = 0;

  constructor(
    private readonly scopeOf: (eventType: string) => Scope,
    private readonly scope: Scope,
    private readonly notes: Notes,
  ) {}

  of(steps: readonly Step[]): readonly CompiledStep[] {
    const begin = { letters: new Set<string>(), earlier: new Set<string>(), firsts: [], isReached: true };
    this.list(steps, ['steps'], sizeOf(steps), begin);
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
    const { letters, firsts } = arrival;
    const pointer = pointerOf(path);
    const placed = {
      when: this.condition(step.when, `${pointer}/when`, arrival),
      position: path.slice(1).join('.'),
      next,
      lettersBefore: letters,
    };
    const go = this.targetsOf(step, next);
    switch (step.type) {
      case 'wait': {
        const end = this.endOf(step, pointer, arrival, go);
        if (end) this.laid.push({ ...placed, type: 'wait', step, end });
        return end?.kind === 'event' ? this.ways(step, path, placed, arrival) : arrival;
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
          firsts,
        });
        return { ...arrival, letters: new Set([...letters, step.id]), firsts: firsts.length > 0 ? firsts : [step.id] };
      }
      case 'branch': {
        const cases = step.cases.flatMap((one, index) => {
          const when = this.condition(one.when, `${pointer}/cases/${index}/when`, arrival);
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
      case 'repeat': {
        const itself = this.laid.length;
        this.laid.push({ ...placed, type: 'repeat', step, go: itself + 1, every: step.every, end: endOfRepeat(step) });
        const earlier = new Set([...arrival.earlier, ...lettersOf(step.steps)]);
        const after = this.ways(step, path, { next: itself, when: placed.when }, { ...arrival, earlier });
        // A run stands at its repeat only behind a turn, whose letters may have gone.
        this.laid[itself] = { ...this.laid[itself]!, lettersBefore: after.letters };
        const isReached = after.isReached && (step.forever === undefined || placed.when !== null);
        return { ...after, earlier: arrival.earlier, isReached };
      }
      case 'exit':
        this.laid.push({ ...placed, type: 'exit', step });
        return step.when === undefined ? { ...arrival, isReached: false } : arrival;
      default:
        return assertNever(step);
    }
  }

  private condition(
    source: string | undefined,
    pointer: string,
    { letters, earlier }: Arrival,
    type?: string,
  ): Condition | null {
    const scope = type === undefined ? this.scope : this.scopeOf(type);
    return this.notes.condition(source, scope, pointer, new Set([...letters, ...earlier]));
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
      earlier: arrival.earlier,
      firsts: [...new Set(behind.flatMap(({ firsts }) => firsts))],
      isReached: behind.some(({ isReached }) => isReached),
    };
  }

  private endOf(step: WaitStep, pointer: string, arrival: Arrival, go: readonly number[]): WaitEnd | null {
    const { until, date, event } = step;
    if (until) return { kind: 'until', time: until.time, days: until.days ?? null, zone: until.zone ?? 'contact' };
    if (date) {
      const before = new Set([...arrival.letters, ...arrival.earlier]);
      const at = this.notes.moment(date.at, this.scope, `${pointer}/date/at`, before);
      return at && { kind: 'date', at, offset: date.offset ?? null, ifPast: date.ifPast };
    }
    if (event) {
      const when = this.condition(event.when, `${pointer}/event/when`, arrival, event.event);
      const timeoutMs = elapsedMs(event.timeout);
      const type = this.notes.type(event.event, `${pointer}/event/event`);
      this.notes.looksBack({ type, withinMs: timeoutMs + LATEST_ARRIVAL_MS, data: event.when !== undefined });
      const [received, timedOut] = [go[0]!, go[1]!];
      return { kind: 'event', event: type, when, timeoutMs, received, timedOut };
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

function endOfRepeat({ times, until }: RepeatStep): CompiledRepeat['end'] {
  if (times !== undefined) return { kind: 'times', times };
  return until === undefined ? { kind: 'forever' } : { kind: 'until', iso: until };
}

function lettersOf(steps: readonly Step[]): readonly string[] {
  return everyStep(steps).flatMap(({ step }) => (step.type === 'email' ? [step.id] : []));
}

/** How many steps there are in a list, those within others included. */
function sizeOf(steps: readonly Step[]): number {
  return steps.reduce((size, step) => size + 1 + waysOf(step).reduce((sum, way) => sum + sizeOf(way.steps), 0), 0);
}
