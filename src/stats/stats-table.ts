import { assertNever } from '../domain/assert-never.js';
import type { FiguresGroup } from './figures-reader.js';
import { type Division, NO_FIGURES, statsRow } from './stats-row.js';
import type { MoneyView, StatsTableView } from './stats-table.view.js';

/** An email step of what is published now. */
export interface PublishedStep {
  readonly scenario: string;
  readonly step: string;
  readonly stepNumber: number;
  /** The letters that runs may begin with and that may come before it: what it is compared with. None: it is one of these itself. */
  readonly firsts: readonly string[];
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

/** A step as figures name it. */
type NamedStep = Omit<PublishedStep, 'firsts'>;

type Line = Pick<FiguresGroup, 'figures' | 'revenue'> & {
  readonly scenario: string;
  readonly step: string;
  readonly stepNumber: number;
  readonly value: string;
};

/**
 * The table: scenarios by key, steps as the published version has them (those that sent nothing yet with zeros), then
 * steps of earlier versions; each follow-up beside the first letter of its scenario, and of its day, variant or version. Where ways
 * part before the first letter each has a first one of its own, and what comes behind several is compared with them together.
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
  const firstOf = firstsOf(lines, published, numberOf, options);
  const ordersOf = new Map(lines.map((line) => [cellOf(line, line.step), line.figures.orders]));
  return {
    items: lines.map((line) => {
      const firsts = firstOf(line);
      const division = options.by === 'step' ? undefined : { by: options.by, value: line.value };
      return statsRow({ scenario: line.scenario, step: line.step, division }, line.figures, line.revenue, {
        ...options,
        firstOrders: firsts.includes(line.step)
          ? undefined
          : firsts.reduce((sum, first) => sum + (ordersOf.get(cellOf(line, first)) ?? 0), 0),
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
function placeOf(line: NamedStep, numberOf: ReadonlyMap<string, number>): number {
  return numberOf.get(nameOf(line)) ?? numberOf.size + line.stepNumber;
}

/**
 * The steps that a line is compared with, itself where it is one of them: those that the published version begins with, also where
 * they sent nothing; for a step of an earlier one the published first, else the first ever. In a table by version each version's own, whatever
 * is published since: versions are there to be compared. In one by variant the first of what each variant has. Found once for all
 * lines: a table by day has thousands of them, and nothing else is answered while each is compared with all.
 */
function firstsOf(
  lines: readonly Line[],
  published: readonly PublishedStep[],
  numberOf: ReadonlyMap<string, number>,
  { by, versions }: TableOptions,
): (line: Line) => readonly string[] {
  switch (by) {
    case 'variant': {
      const lowest = lowestOf(lines, valueOf, (line) => placeOf(line, numberOf));
      return (line) => [lowest.get(valueOf(line))!.step];
    }
    case 'version': {
      const lowest = lowestOf<NamedStep & { version: number }>(
        [...versions, ...lines.map(inVersion)],
        versionOf,
        ({ stepNumber }) => stepNumber,
      );
      const known = new Map(versions.map((step) => [`${versionOf(step)}\n${step.step}`, step]));
      return (line) => {
        const version = versionOf(inVersion(line));
        return ownFirsts(known.get(`${version}\n${line.step}`)) ?? [lowest.get(version)!.step];
      };
    }
    case 'step':
    case 'day': {
      const lowest = lowestOf<NamedStep>([...published, ...lines], scenarioOf, (step) => placeOf(step, numberOf));
      const known = new Map(published.map((step) => [nameOf(step), step]));
      return (line) => ownFirsts(known.get(nameOf(line))) ?? [lowest.get(line.scenario)!.step];
    }
    default:
      return assertNever(by);
  }
}

/** What a known step is compared with. */
function ownFirsts(step: PublishedStep | undefined): readonly string[] | null {
  if (!step) return null;
  return step.firsts.length === 0 ? [step.step] : step.firsts;
}

/** The lowest step of each group; of equals the one that is named before. */
function lowestOf<T extends NamedStep>(
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

function scenarioOf({ scenario }: NamedStep): string {
  return scenario;
}

function valueOf({ scenario, value }: Line): string {
  return `${scenario} ${value}`;
}

function versionOf({ scenario, version }: NamedStep & { readonly version: number }): string {
  return `${scenario} ${version}`;
}

function inVersion(line: Line): NamedStep & { readonly version: number } {
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
