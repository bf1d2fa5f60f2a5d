import type { CompiledSplit } from './compiled-scenario.js';
import { DRAWS, drawFor, type Drawn } from './draw.js';
import type { RunState } from './run.js';

/**
 * The variant that a person walks, in proportion to the weights. Sticky: the same person, scenario and step always give the same one as
 * long as variants and weights stay as they are. The step is part of the draw, so that two splits, and the hold-out, divide people
 * independently of one another.
 */
export function variantFor(
  { step, variants }: CompiledSplit,
  contact: Drawn,
  scenarioKey: string,
): CompiledSplit['variants'][number] {
  const total = variants.reduce((sum, { weight }) => sum + weight, 0);
  let left = ((drawFor(contact, `${scenarioKey}/${step.id}`) + 0.5) / DRAWS) * total;
  for (const variant of variants) {
    left -= variant.weight;
    if (left < 0) return variant;
  }
  throw new RangeError(`split ${step.id} has no variant with a weight`);
}

/**
 * What figures are divided by: the variants that a run has taken, in their order, joined by slashes. A later turn of a repeat draws what
 * the first one drew, and adds only what was not taken yet: otherwise every turn would be a variant of its own.
 */
export function variantPath({ variant, round }: Pick<RunState, 'variant' | 'round'>, key: string): string {
  if (variant === '') return key;
  return round > 1 && variant.split('/').includes(key) ? variant : `${variant}/${key}`;
}
