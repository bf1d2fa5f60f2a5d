import type { CompiledScenario, CompiledStep } from './compiled-scenario.js';
import type { RunState } from './run.js';

/** The step that a run stands at; none behind the last one, nor where its version has none of that position. */
export function stepAt(compiled: CompiledScenario, run: Pick<RunState, 'position'>): CompiledStep | undefined {
  return compiled.steps[indexAt(compiled, run)];
}

/** Its index in `steps`; their number behind the last one. */
export function indexAt({ places, steps }: CompiledScenario, { position }: Pick<RunState, 'position'>): number {
  return places.get(position) ?? steps.length;
}

/** No letter can have been reached in the run's pass before the step that it stands at. */
export function reachedNoLetter(compiled: CompiledScenario, run: Pick<RunState, 'position' | 'round'>): boolean {
  const step = stepAt(compiled, run);
  return run.round === 1 && step !== undefined && step.lettersBefore.size === 0;
}
