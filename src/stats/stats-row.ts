import { increment, ratesOf } from '../domain/rates.js';
import type { MoneyView, StatsRowView } from './stats-table.view.js';

/** Counts of one group of `stats_daily`, as numbers. */
export interface Figures {
  readonly sent: number;
  readonly delivered: number;
  readonly opens: number;
  readonly unique_opens: number;
  readonly clicks: number;
  readonly unique_clicks: number;
  readonly machine_opens: number;
  readonly machine_unique_opens: number;
  readonly machine_clicks: number;
  readonly machine_unique_clicks: number;
  readonly orders: number;
  readonly unsubscribes: number;
  readonly complaints: number;
  readonly bounces: number;
}

export const NO_FIGURES: Figures = {
  sent: 0,
  delivered: 0,
  opens: 0,
  unique_opens: 0,
  clicks: 0,
  unique_clicks: 0,
  machine_opens: 0,
  machine_unique_opens: 0,
  machine_clicks: 0,
  machine_unique_clicks: 0,
  orders: 0,
  unsubscribes: 0,
  complaints: 0,
  bounces: 0,
};

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
