import { detectable, type Group, liftOf, type Stratum } from '../domain/lift.js';
import type { LiftEstimateView, LiftGroupView, LiftView } from './lift.dto.js';

/** A side of a stratum, as `LIFT` gives it. */
export interface LiftRow extends Group {
  readonly percent: number;
  readonly holdout: boolean;
  readonly orders: number;
  readonly open: number;
}

const NOBODY = { people: 0, buyers: 0 };

/** What is known from these rows, each a side of a stratum. */
export function liftView(scenario: string, rows: readonly LiftRow[]): LiftView {
  const strata = [...new Set(rows.map(({ percent }) => percent))].map((percent): Stratum => {
    const side = (holdout: boolean): Group =>
      rows.find((row) => row.percent === percent && row.holdout === holdout) ?? NOBODY;
    return { letters: side(false), heldOut: side(true) };
  });
  const letters = groupOf(rows.filter(({ holdout }) => !holdout));
  const heldOut = groupOf(rows.filter(({ holdout }) => holdout));
  return {
    scenario,
    letters,
    heldOut,
    lift: estimateOf(strata, letters),
    detectable: rounded(detectable(strata)),
    stillOpen: rows.reduce((sum, { open }) => sum + open, 0),
  };
}

/** The difference that strata show, for these people; null while nobody is compared. */
export function estimateOf(
  strata: readonly Stratum[],
  { people }: Pick<LiftGroupView, 'people'>,
): LiftEstimateView | null {
  const lift = liftOf(strata);
  if (!lift) return null;
  const { rate, low, high, relative } = lift;
  return {
    rate: rounded(rate),
    low: rounded(low),
    high: rounded(high),
    relative: rounded(relative, 3),
    buyers: Math.round(rate * people),
    significant: low > 0 || high < 0,
  };
}

/** People of several rows as one side. */
export function groupOf(rows: readonly (Group & { readonly orders: number })[]): LiftGroupView {
  const sum = (key: 'people' | 'buyers' | 'orders'): number => rows.reduce((total, row) => total + row[key], 0);
  const people = sum('people');
  return {
    people,
    buyers: sum('buyers'),
    orders: sum('orders'),
    rate: people === 0 ? null : rounded(sum('buyers') / people),
  };
}

/** To hundredths of a percent, as rates of all who were sent something are; a comparison of rates to tenths. */
export function rounded<T extends number | null>(value: T, decimals = 4): T {
  return (value === null ? null : Math.round(value * 10 ** decimals) / 10 ** decimals) as T;
}
