import { detectable, type Group, type Stratum } from '../domain/lift.js';
import { estimateOf, groupOf, rounded } from './lift-view.js';
import type { VariantsView, VariantView } from './variants.dto.js';

/** People of a variant who were drawn by the weights of one version, as `VARIANTS` gives them. */
export interface VariantRow extends Group {
  readonly version: number;
  readonly variant: string;
  readonly orders: number;
  readonly open: number;
}

const NOBODY = { people: 0, buyers: 0 };

/**
 * What is known from these rows. Weights may change from version to version, so that only people of one version are compared.
 * @param against the name of a variant; null while there is none
 */
export function variantsView(
  { scenario, split, against }: Pick<VariantsView, 'scenario' | 'split' | 'against'>,
  rows: readonly VariantRow[],
): VariantsView {
  const others = namesOf(rows).filter((name) => name !== against);
  const names = against === null ? others : [against, ...others];
  return {
    scenario,
    split,
    against,
    variants: names.map((variant): VariantView => {
      const group = groupOf(rows.filter((row) => row.variant === variant));
      const isCompared = against !== null && variant !== against;
      const strata = isCompared ? strataOf(rows, variant, against) : [];
      return { variant, ...group, lift: estimateOf(strata, group), detectable: rounded(detectable(strata)) };
    }),
    stillOpen: rows.reduce((sum, { open }) => sum + open, 0),
  };
}

/** Variants that people were drawn into, by their names. */
export function namesOf(rows: readonly VariantRow[]): readonly string[] {
  return [...new Set(rows.map(({ variant }) => variant))].sort();
}

function strataOf(rows: readonly VariantRow[], variant: string, against: string): readonly Stratum[] {
  const side = (version: number, name: string): Group =>
    rows.find((row) => row.version === version && row.variant === name) ?? NOBODY;
  const versions = [...new Set(rows.map(({ version }) => version))];
  return versions.map((version) => ({ letters: side(version, variant), heldOut: side(version, against) }));
}
