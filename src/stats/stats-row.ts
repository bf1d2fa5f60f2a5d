import { increment, ratesOf } from '../domain/rates.js';
import type { MoneyView, StatsRowView } from './stats-table.view.js';

/** What is counted of the letters of a group, by the names of `stats_daily`: a new count begins here. */
export const LETTER_COUNTS = [
  'sent',
  'delivered',
  'opens',
  'unique_opens',
  'clicks',
  'unique_clicks',
  'machine_opens',
  'machine_unique_opens',
  'machine_clicks',
  'machine_unique_clicks',
  'unsubscribes',
  'complaints',
  'bounces',
] as const;

/** Counts of one group of `stats_daily`, as numbers; orders are counted of conversions. */
export type Figures = Readonly<Record<(typeof LETTER_COUNTS)[number] | 'orders', number>>;

export const NO_FIGURES = Object.fromEntries([...LETTER_COUNTS, 'orders'].map((name) => [name, 0])) as Figures;

/** What the rows of a table are divided by beside scenario and step. */
export type Division = 'step' | 'day' | 'variant' | 'version';

/** Where a row stands in the table. */
export interface RowPlace {
  readonly scenario: string | null;
  readonly step: string | null;
  readonly division?: { readonly by: Division; readonly value: string };
}

/** Makes a row. `machine` adds what machines did; `firstOrders` are the first letter's, undefined where nothing is compared. */
export function statsRow(
  place: RowPlace,
  figures: Figures,
  sums: readonly MoneyView[],
  options: { readonly machine: boolean; readonly currency: string; readonly firstOrders?: number },
): StatsRowView {
  const machine = options.machine ? 1 : 0;
  const uniqueOpens = figures.unique_opens + machine * figures.machine_unique_opens;
  const uniqueClicks = figures.unique_clicks + machine * figures.machine_unique_clicks;
  const { sent, delivered, orders, unsubscribes, complaints, bounces } = figures;
  const main = sums.find(({ currency }) => currency === options.currency) ?? sums[0];
  const others = sums.filter((sum) => sum !== main);
  return {
    scenario: place.scenario,
    step: place.step,
    ...dividedBy(place),
    sent,
    delivered,
    opens: figures.opens + machine * figures.machine_opens,
    uniqueOpens,
    clicks: figures.clicks + machine * figures.machine_clicks,
    uniqueClicks,
    orders,
    revenue: main ? shown(main) : { amount: '0.00', currency: options.currency },
    ...(others.length > 0 ? { otherRevenue: others.map(shown) } : {}),
    unsubscribes,
    complaints,
    bounces,
    rates: ratesOf({ sent, uniqueOpens, uniqueClicks, orders }),
    increment: options.firstOrders === undefined ? null : { orders: increment(orders, options.firstOrders) },
  };
}

function dividedBy({ division }: RowPlace): Pick<StatsRowView, 'day' | 'variant' | 'version'> {
  if (!division) return {};
  return { [division.by]: division.by === 'version' ? Number(division.value) : division.value };
}

/** At least two decimals, no idle zeros behind them: "5980" is 5980.00. */
function shown({ amount, currency }: MoneyView): MoneyView {
  const [whole = '0', decimals = ''] = amount.split('.');
  return { amount: `${whole}.${decimals.replace(/0+$/, '').padEnd(2, '0')}`, currency };
}
