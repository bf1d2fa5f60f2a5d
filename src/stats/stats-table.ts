import type { FiguresGroup } from './figures-reader.js';
import { type Division, NO_FIGURES, statsRow } from './stats-row.js';
import type { MoneyView, StatsTableView } from './stats-table.view.js';

/** An email step of what is published now. */
export interface PublishedStep {
  readonly scenario: string;
  readonly step: string;
  readonly stepNumber: number;
}

/** An email step of a version that letters of the table are of. */
export type VersionStep = PublishedStep & { readonly version: number };

export interface TableOptions {
  readonly by: Division;
  /** For a table by version: the steps of its versions, which need not be the published one's. */
  readonly versions: readonly VersionStep[];
  readonly machine: boolean;
  /** The store's, for rows without money. */
  readonly currency: string;
  /** Whose table it is; null for all scenarios. */
  readonly scenario: string | null;
}

type Line = Pick<FiguresGroup, 'figures' | 'revenue'> & {
  readonly scenario: string;
  readonly step: string;
  readonly stepNumber: number;
  readonly value: string;
};

/**
 * The table: scenarios by key, steps as the published version has them (those that sent nothing yet with zeros), then
 * steps of earlier versions; each follow-up beside the first letter of its scenario, and of its day, variant or version.
 */
export function statsTable(
  groups: readonly FiguresGroup[],
  published: readonly PublishedStep[],
  options: TableOptions,
): StatsTableView {
  const numberOf = new Map(published.map((step) => [nameOf(step), step.stepNumber]));
  const lines = groups.flatMap((group): Line[] => {
    const { scenario, step, value } = group;
    return scenario === null || step === null || value === null ? [] : [{ ...group, scenario, step, value }];
  });
  if (options.by === 'step') lines.push(...silentSteps(published, lines));
  lines.sort((a, b) => order(a, b, numberOf));
  const total = groups.find((group) => group.scenario === null);
  const firstOf = firstSteps(lines, published, numberOf, options);
  const ordersOf = new Map(lines.map((line) => [cellOf(line, line.step), line.figures.orders]));
  return {
    items: lines.map((line) => {
      const first = firstOf(line);
      const division = options.by === 'step' ? undefined : { by: options.by, value: line.value };
      return statsRow({ scenario: line.scenario, step: line.step, division }, line.figures, line.revenue, {
        ...options,
        firstOrders: first === line.step ? undefined : (ordersOf.get(cellOf(line, first)) ?? 0),
      });
    }),
    total: statsRow(
      { scenario: options.scenario, step: null },
      total?.figures ?? NO_FIGURES,
      total?.revenue ?? [],
      options,
    ),
  };
}

function silentSteps(published: readonly PublishedStep[], lines: readonly Line[]): Line[] {
  const sent = new Set(lines.map(nameOf));
  const revenue: readonly MoneyView[] = [];
  return published
    .filter((step) => !sent.has(nameOf(step)))
    .map((step) => ({ ...step, value: '', figures: NO_FIGURES, revenue }));
}

function order(a: Line, b: Line, numberOf: ReadonlyMap<string, number>): number {
  return (
    compare(a.scenario, b.scenario) ||
    compare(placeOf(a, numberOf), placeOf(b, numberOf)) ||
    compare(a.step, b.step) ||
    a.value.length - b.value.length ||
    compare(a.value, b.value)
  );
}

/** Steps that are published no more come after those that are. */
function placeOf(line: PublishedStep, numberOf: ReadonlyMap<string, number>): number {
  return numberOf.get(nameOf(line)) ?? numberOf.size + line.stepNumber;
}

/**
 * The step that the others of a line's scenario are compared with: the published first one, also where it sent nothing, else the
 * first ever. In a table by version each version's own, whatever is published since: versions are there to be compared. Found once
 * for all lines: a table by day has thousands of them, and nothing else is answered while each is compared with all.
 */
function firstSteps(
  lines: readonly Line[],
  published: readonly PublishedStep[],
  numberOf: ReadonlyMap<string, number>,
  { by, versions }: TableOptions,
): (line: Line) => string {
  const found =
    by === 'version'
      ? lowestOf([...versions, ...lines.map(inVersion)], versionOf, ({ stepNumber }) => stepNumber)
      : lowestOf([...published, ...lines], scenarioOf, (step) => placeOf(step, numberOf));
  return (line) => found.get(by === 'version' ? versionOf(inVersion(line)) : line.scenario)!.step;
}

/** The lowest step of each group; of equals the one that is named before. */
function lowestOf<T extends PublishedStep>(
  steps: readonly T[],
  groupOf: (step: T) => string,
  placeIn: (step: T) => number,
): ReadonlyMap<string, { readonly step: string; readonly place: number }> {
  const lowest = new Map<string, { readonly step: string; readonly place: number }>();
  for (const one of steps) {
    const group = groupOf(one);
    const place = placeIn(one);
    const known = lowest.get(group);
    if (!known || place < known.place) lowest.set(group, { step: one.step, place });
  }
  return lowest;
}

function scenarioOf({ scenario }: PublishedStep): string {
  return scenario;
}

function versionOf({ scenario, version }: VersionStep): string {
  return `${scenario} ${version}`;
}

function inVersion(line: Line): VersionStep {
  return { ...line, version: Number(line.value) };
}

/** Where a step's orders stand beside a line's. */
function cellOf({ scenario, value }: Line, step: string): string {
  return `${scenario} ${step} ${value}`;
}

function nameOf({ scenario, step }: { readonly scenario: string; readonly step: string }): string {
  return `${scenario} ${step}`;
}

function compare<T extends string | number>(a: T, b: T): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
