import { assertNever } from './assert-never.js';
import { compileValue, givesText } from './conditions/expression.js';
import { compileSteps } from './compile-steps.js';
import type { Scope } from './conditions/term.js';
import type { CompiledExit, CompiledGoal, CompiledScenario } from './compiled-scenario.js';
import { Notes } from './compile-notes.js';
import { elapsedMs } from './duration.js';
import { standardShape } from './event-types.js';
import { eventOf, START_SUBJECT } from './manual-start.js';
import type { Problem } from './problem.js';
import type { Scenario } from './scenario-schema.js';
import { everyStep } from './scenario-steps.js';
import { ANY } from './shape.js';

/** Checks a scenario's expressions and makes it ready to run; problems and warnings point at what they are about. */
export function compileScenario(
  scenario: Scenario,
):
  | { readonly ok: true; readonly compiled: CompiledScenario; readonly warnings: readonly Problem[] }
  | { readonly ok: false; readonly problems: readonly Problem[] } {
  const notes = new Notes();
  const scope = scopes(scenario);
  const triggerEvent = notes.type(eventOf(scenario.trigger), '/trigger/event');
  const trigger = compileTrigger(scenario, scope(triggerEvent, { run: false }), notes);
  const steps = compileSteps(scenario.steps, (type) => scope(type, { run: true }), triggerEvent, notes);
  const letters = steps.filter((step) => step.type === 'email');
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
      templates: [...new Set(letters.map(({ step }) => step.template))],
      emailSteps: letters.map(({ step, stepNumber, firsts }) => ({ stepId: step.id, stepNumber, firsts })),
      steps,
      places: new Map(steps.map(({ position }, index) => [position, index])),
      exits,
      goals,
    },
  };
}

type ScopeOf = (eventType: string, options: { readonly run: boolean }) => Scope;

function scopes(scenario: Scenario): ScopeOf {
  const emailSteps = new Set(everyStep(scenario.steps).flatMap(({ step }) => (step.type === 'email' ? [step.id] : [])));
  const runEventType = eventOf(scenario.trigger);
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
  switch (trigger.type) {
    case 'event':
      return {
        when: notes.condition(trigger.when, scope, '/trigger/when'),
        subject: notes.value(trigger.subject, scope, '/trigger/subject'),
        maxAgeMs: elapsedMs(trigger.maxAge),
      };
    case 'manual':
      // It happens when it is asked for, so that it is never history: what waited long in the inbox starts all the same.
      return { when: null, subject: notes.value(START_SUBJECT, scope, '/trigger'), maxAgeMs: Infinity };
    default:
      return assertNever(trigger);
  }
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

/** Somebody who means a tenth may write 0.1. */
function warnOfShare(holdout: number, notes: Notes): void {
  if (holdout === 0 || holdout >= 1) return;
  const detail = `holds out ${holdout} percent, less than one of a hundred: a tenth is 10`;
  notes.warnings.push({ pointer: '/holdout', code: 'holdout_small', detail });
}

function coolDown(afterExit: string): CompiledScenario['afterExit'] {
  return afterExit === 'never' || afterExit === 'always' ? afterExit : elapsedMs(afterExit);
}
