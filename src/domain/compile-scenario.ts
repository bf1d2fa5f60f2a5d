import type { CompiledScenario } from './compiled-scenario.js';
import type { Problem } from './problem.js';
import type { Scenario } from './scenario-schema.js';

/** Checks a scenario's expressions and makes it ready to run; problems point at the expression. */
export function compileScenario(
  scenario: Scenario,
):
  | { readonly ok: true; readonly compiled: CompiledScenario }
  | { readonly ok: false; readonly problems: readonly Problem[] } {
  throw new Error(scenario.key);
}
