import type { CompiledScenario } from './compiled-scenario.js';
import type { Facts, RunState, SendDecision } from './run.js';

/**
 * Whether a letter may go: asked on reaching the step, and by the last guard with fresh facts.
 * `dueAt` is the letter's own instant, from which `late` counts.
 */
export function decideSend(
  compiled: CompiledScenario,
  stepId: string,
  run: RunState,
  facts: Facts,
  dueAt: Date,
  now: Date,
): SendDecision {
  throw new Error(JSON.stringify([compiled.key, stepId, run, facts, dueAt, now]));
}
