import { compileCondition, compileValue, type Compiled } from './conditions/expression.js';
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
import type { Problem } from './problem.js';
import type { Scenario, Step } from './scenario-schema.js';
import { ANY } from './shape.js';
import { parseTemplateRef } from './template-ref.js';

/** Checks a scenario's expressions and makes it ready to run; problems point at the expression. */
export function compileScenario(
  scenario: Scenario,
):
  | { readonly ok: true; readonly compiled: CompiledScenario }
  | { readonly ok: false; readonly problems: readonly Problem[] } {
  const notes = new Notes();
  const scope = scopes(scenario);
  const trigger = compileTrigger(scenario, scope(scenario.trigger.event, { run: false }), notes);
  const steps = compileSteps(scenario, scope(scenario.trigger.event, { run: true }), notes);
  const exits = compileExits(scenario, scope, notes);
  const goals = compileGoals(scenario, scope, notes);
  if (notes.problems.length > 0) return { ok: false, problems: notes.problems };
  return {
    ok: true,
    compiled: {
      scenario,
      key: scenario.key,
      messageClass: scenario.messageClass,
      group: scenario.group?.key ?? scenario.key,
      triggerEvent: scenario.trigger.event,
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

/** Collects the problems and needs of a scenario's expressions. */
class Notes {
  readonly problems: Problem[] = [];
  private engagement = false;
  private readonly history: HistoryNeed[] = [];

  get needs(): CompiledScenario['needs'] {
    return { engagement: this.engagement, history: merged(this.history) };
  }

  condition(source: string | undefined, scope: Scope, pointer: string): Condition | null {
    return source === undefined ? null : this.taken(compileCondition(source, scope), pointer);
  }

  value(source: string | undefined, scope: Scope, pointer: string): ValueExpression | null {
    return source === undefined ? null : this.taken(compileValue(source, scope), pointer);
  }

  private taken<T>(result: Compiled<T>, pointer: string): T | null {
    if (!result.ok) {
      this.problems.push(...result.problems.map((problem) => ({ pointer, ...problem })));
      return null;
    }
    this.engagement ||= result.needs.engagement;
    this.history.push(...result.needs.history);
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
    event: exit.event,
    reason: exit.reason,
    when: notes.condition(exit.when, scope(exit.event, { run: true }), `/exits/${index}/when`),
    subject: notes.value(exit.subject, scope(exit.event, { run: false }), `/exits/${index}/subject`),
  }));
}

function compileGoals({ goals }: Scenario, scope: ScopeOf, notes: Notes): readonly CompiledGoal[] {
  return goals.map((goal, index) => {
    const atGoal = { ...scope(goal.event, { run: false }), eventOnly: true };
    const value = notes.value(goal.value, atGoal, `/goals/${index}/value`);
    return { key: goal.key, event: goal.event, withinMs: elapsedMs(goal.within), value };
  });
}

function compileSteps(scenario: Scenario, scope: Scope, notes: Notes): readonly CompiledStep[] {
  let emails = 0;
  return scenario.steps.map((step, index): CompiledStep => {
    const when = notes.condition(step.when, scope, `/steps/${index}/when`);
    switch (step.type) {
      case 'wait':
        return { type: 'wait', step, when };
      case 'exit':
        return { type: 'exit', step, when };
      case 'email': {
        const reference = parseTemplateRef(step.template);
        return {
          type: 'email',
          step,
          when,
          stepNumber: ++emails,
          template: reference?.key ?? step.template,
          templatePin: reference?.pin ?? null,
          lateAfterMs: elapsedMs(step.late.after),
        };
      }
    }
  });
}

function emailIds(steps: readonly Step[]): readonly string[] {
  return steps.flatMap((step) => (step.type === 'email' ? [step.id] : []));
}

function coolDown(afterExit: string): CompiledScenario['afterExit'] {
  return afterExit === 'never' || afterExit === 'always' ? afterExit : elapsedMs(afterExit);
}
