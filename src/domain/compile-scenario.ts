import { compileCondition, compileValue, givesText, type Compiled } from './conditions/expression.js';
import type { Scope } from './conditions/term.js';
import type {
  CompiledExit,
  CompiledGoal,
  CompiledScenario,
  CompiledStep,
  Condition,
  HistoryNeed,
  ValueExpression,
} from './compiled-scenario.js';
import { elapsedMs } from './duration.js';
import { standardShape } from './event-types.js';
import { nearestType } from './nearest-type.js';
import type { Problem } from './problem.js';
import type { Scenario, Step } from './scenario-schema.js';
import { ANY } from './shape.js';
import { parseTemplateRef } from './template-ref.js';

/** Checks a scenario's expressions and makes it ready to run; problems and warnings point at what they are about. */
export function compileScenario(
  scenario: Scenario,
):
  | { readonly ok: true; readonly compiled: CompiledScenario; readonly warnings: readonly Problem[] }
  | { readonly ok: false; readonly problems: readonly Problem[] } {
  const notes = new Notes();
  const scope = scopes(scenario);
  const triggerEvent = notes.type(scenario.trigger.event, '/trigger/event');
  const trigger = compileTrigger(scenario, scope(scenario.trigger.event, { run: false }), notes);
  const steps = compileSteps(scenario, scope(scenario.trigger.event, { run: true }), notes);
  const exits = compileExits(scenario, scope, notes);
  const goals = compileGoals(scenario, scope, notes);
  warnOfShare(scenario.holdout, notes);
  if (notes.problems.length > 0) return { ok: false, problems: notes.problems };
  return {
    ok: true,
    warnings: notes.warnings,
    compiled: {
      scenario,
      key: scenario.key,
      messageClass: scenario.messageClass,
      group: scenario.group?.key ?? scenario.key,
      triggerEvent,
      trigger,
      afterExit: coolDown(scenario.reentry.afterExit),
      needs: notes.needs,
      templates: [...new Set(scenario.steps.flatMap((step) => (step.type === 'email' ? [step.template] : [])))],
      emailSteps: emailIds(scenario.steps).map((stepId, index) => ({ stepId, stepNumber: index + 1 })),
      steps,
      exits,
      goals,
    },
  };
}

/** Collects the problems, warnings and needs of a scenario's expressions. */
class Notes {
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
    if (source === undefined) return null;
    const compiled = compileCondition(source, scope);
    const tooEarly = compiled.ok ? [...compiled.letters].filter((id) => !earlier.has(id)) : [];
    for (const id of tooEarly)
      this.warnings.push({
        pointer,
        code: 'letter_not_before',
        detail: `asks about the letter "${id}", which does not come before this step: it is never sent by then`,
      });
    return this.taken(compiled, pointer);
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

type ScopeOf = (eventType: string, options: { readonly run: boolean }) => Scope;

function scopes(scenario: Scenario): ScopeOf {
  const emailSteps = new Set(emailIds(scenario.steps));
  const runEventType = scenario.trigger.event;
  const patterns = { size: 0 };
  return (eventType, { run }) => ({
    event: standardShape(eventType) ?? ANY,
    eventType,
    runEvent: run ? (standardShape(runEventType) ?? ANY) : null,
    runEventType,
    emailSteps,
    eventOnly: false,
    variables: new Map(),
    patterns,
    asking: false,
  });
}

function compileTrigger({ trigger }: Scenario, scope: Scope, notes: Notes): CompiledScenario['trigger'] {
  return {
    when: notes.condition(trigger.when, scope, '/trigger/when'),
    subject: notes.value(trigger.subject, scope, '/trigger/subject'),
    maxAgeMs: elapsedMs(trigger.maxAge),
  };
}

function compileExits({ exits }: Scenario, scope: ScopeOf, notes: Notes): readonly CompiledExit[] {
  return exits.map((exit, index) => ({
    index,
    event: notes.type(exit.event, `/exits/${index}/event`),
    reason: exit.reason,
    when: notes.condition(exit.when, scope(exit.event, { run: true }), `/exits/${index}/when`),
    subject: notes.value(exit.subject, scope(exit.event, { run: false }), `/exits/${index}/subject`),
    namesSubject: exit.subject !== undefined && isOfEventAlone(exit.subject, scope(exit.event, { run: false })),
  }));
}

function isOfEventAlone(source: string, scope: Scope): boolean {
  return compileValue(source, { ...scope, eventOnly: true, patterns: { size: 0 } }).ok;
}

function compileGoals({ goals }: Scenario, scope: ScopeOf, notes: Notes): readonly CompiledGoal[] {
  return goals.map((goal, index) => {
    const atGoal = { ...scope(goal.event, { run: false }), eventOnly: true };
    const value = notes.value(goal.value, atGoal, `/goals/${index}/value`);
    if (value !== null && givesText(value.source, atGoal))
      notes.warnings.push({
        pointer: `/goals/${index}/value`,
        code: 'value_is_text',
        detail: 'gives a text, and what an order is worth is a number, such as event.total',
      });
    const event = notes.type(goal.event, `/goals/${index}/event`);
    return { key: goal.key, event, withinMs: elapsedMs(goal.within), value };
  });
}

function compileSteps(scenario: Scenario, scope: Scope, notes: Notes): readonly CompiledStep[] {
  const earlier = new Set<string>();
  warnOfUnreached(scenario.steps, notes);
  return scenario.steps.map((step, index): CompiledStep => {
    const when = notes.condition(step.when, scope, `/steps/${index}/when`, earlier);
    switch (step.type) {
      case 'wait':
        return { type: 'wait', step, when };
      case 'exit':
        return { type: 'exit', step, when };
      case 'email': {
        earlier.add(step.id);
        const reference = parseTemplateRef(step.template);
        return {
          type: 'email',
          step,
          when,
          stepNumber: earlier.size,
          template: reference?.key ?? step.template,
          templatePin: reference?.pin ?? null,
          lateAfterMs: elapsedMs(step.late.after),
        };
      }
    }
  });
}

/** Nobody comes behind an exit step that everybody takes. */
function warnOfUnreached(steps: readonly Step[], notes: Notes): void {
  const last = steps.findIndex((step) => step.type === 'exit' && step.when === undefined);
  if (last < 0 || last === steps.length - 1) return;
  notes.warnings.push({
    pointer: `/steps/${last + 1}`,
    code: 'step_not_reached',
    detail: `no run comes to this step: the exit step "${steps[last]!.id}" before it ends every one`,
  });
}

/** Somebody who means a tenth may write 0.1. */
function warnOfShare(holdout: number, notes: Notes): void {
  if (holdout === 0 || holdout >= 1) return;
  const detail = `holds out ${holdout} percent, less than one of a hundred: a tenth is 10`;
  notes.warnings.push({ pointer: '/holdout', code: 'holdout_small', detail });
}

function emailIds(steps: readonly Step[]): readonly string[] {
  return steps.flatMap((step) => (step.type === 'email' ? [step.id] : []));
}

function coolDown(afterExit: string): CompiledScenario['afterExit'] {
  return afterExit === 'never' || afterExit === 'always' ? afterExit : elapsedMs(afterExit);
}
