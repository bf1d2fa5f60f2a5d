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
  return {
    items: lines.map((line) => {
      const first =
        options.by === 'version'
          ? firstOfVersion(line, [...options.versions, ...lines.map(inVersion)])
          : firstOf(line, [...published, ...lines], numberOf);
      const division = options.by === 'step' ? undefined : { by: options.by, value: line.value };
      return statsRow({ scenario: line.scenario, step: line.step, division }, line.figures, line.revenue, {
        ...options,
        firstOrders: first === line.step ? undefined : ordersOf(lines, line, first),
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
 * The step that the others of the scenario are compared with: the published first one, also where it sent nothing, else the first
 * ever.
 */
function firstOf(line: Line, steps: readonly PublishedStep[], numberOf: ReadonlyMap<string, number>): string {
  return steps
    .filter(({ scenario }) => scenario === line.scenario)
    .reduce((first, other) => (placeOf(other, numberOf) < placeOf(first, numberOf) ? other : first)).step;
}

/** In its own version each first letter is the first, whatever is published since: versions are there to be compared. */
function firstOfVersion({ scenario, value }: Line, steps: readonly VersionStep[]): string {
  return steps
    .filter((step) => step.scenario === scenario && step.version === Number(value))
    .reduce((first, other) => (other.stepNumber < first.stepNumber ? other : first)).step;
}

function inVersion(line: Line): VersionStep {
  return { ...line, version: Number(line.value) };
}

function ordersOf(lines: readonly Line[], { scenario, value }: Line, step: string): number {
  const first = lines.find((line) => line.scenario === scenario && line.step === step && line.value === value);
  return first?.figures.orders ?? 0;
}

function nameOf({ scenario, step }: { readonly scenario: string; readonly step: string }): string {
  return `${scenario} ${step}`;
}

function compare<T extends string | number>(a: T, b: T): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
