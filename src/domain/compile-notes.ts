import type {
  CompiledScenario,
  Condition,
  HistoryNeed,
  MomentExpression,
  ValueExpression,
} from './compiled-scenario.js';
import { compileCondition, compileMoment, compileValue, type Compiled } from './conditions/expression.js';
import type { Scope } from './conditions/term.js';
import { nearestType } from './nearest-type.js';
import type { Problem } from './problem.js';

/** Collects the problems, warnings and needs of a scenario's expressions. */
export class Notes {
  readonly problems: Problem[] = [];
  /** What may be meant as it is written, but hardly is. */
  readonly warnings: Problem[] = [];
  private engagement = false;
  private readonly history: HistoryNeed[] = [];

  get needs(): CompiledScenario['needs'] {
    return { engagement: this.engagement, history: merged(this.history) };
  }

  /** @param earlier letters that may have gone when it is decided; every one of the scenario by default */
  condition(
    source: string | undefined,
    scope: Scope,
    pointer: string,
    earlier: ReadonlySet<string> = scope.emailSteps,
  ): Condition | null {
    return source === undefined ? null : this.asked(compileCondition(source, scope), pointer, earlier);
  }

  /** @param earlier letters that may have gone when it is asked */
  moment(source: string, scope: Scope, pointer: string, earlier: ReadonlySet<string>): MomentExpression | null {
    return this.asked(compileMoment(source, scope), pointer, earlier);
  }

  value(source: string | undefined, scope: Scope, pointer: string): ValueExpression | null {
    return source === undefined ? null : this.taken(compileValue(source, scope), pointer);
  }

  /** The type of event that something listens to or asks about: one of the store's own is taken as it is. */
  type(type: string, pointer: string): string {
    const nearest = nearestType(type);
    if (nearest !== null)
      this.warnings.push({
        pointer,
        code: 'unknown_event_type',
        detail: `${type} is no standard event type: is ${nearest} meant?`,
      });
    return type;
  }

  /** What is looked up of the past without an expression that asks for it. */
  looksBack(need: HistoryNeed): void {
    this.history.push(need);
  }

  private asked<T>(compiled: Compiled<T>, pointer: string, earlier: ReadonlySet<string>): T | null {
    const tooEarly = compiled.ok ? [...compiled.letters].filter((id) => !earlier.has(id)) : [];
    for (const id of tooEarly)
      this.warnings.push({
        pointer,
        code: 'letter_not_before',
        detail: `asks about the letter "${id}", which does not come before this step: it is never sent by then`,
      });
    return this.taken(compiled, pointer);
  }

  private taken<T>(result: Compiled<T>, pointer: string): T | null {
    if (!result.ok) {
      this.problems.push(...result.problems.map((problem) => ({ pointer, ...problem })));
      return null;
    }
    this.engagement ||= result.needs.engagement;
    this.history.push(...result.needs.history);
    for (const type of new Set(result.needs.history.map((need) => need.type))) this.type(type, pointer);
    return result.expression;
  }
}

/** One need a type, reaching back as far as the furthest. */
function merged(history: readonly HistoryNeed[]): readonly HistoryNeed[] {
  const byType = new Map<string, HistoryNeed>();
  for (const need of history) {
    const known = byType.get(need.type) ?? need;
    const withinMs = known.withinMs === null || need.withinMs === null ? null : Math.max(known.withinMs, need.withinMs);
    byType.set(need.type, { type: need.type, withinMs, data: known.data || need.data });
  }
  return [...byType.values()];
}
