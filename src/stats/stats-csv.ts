import { stringify } from 'csv-stringify/sync';
import type { Division, StatsRow } from './stats-row.js';

/**
 * The table as CSV (RFC 4180), one line a row and no total, so that sums of a spreadsheet come out right. Cells that a
 * spreadsheet would take for a formula are prefixed with an apostrophe: step and variant names are free text.
 */
export function statsCsv(rows: readonly StatsRow[], by: Division): string {
  const columns = [
    'scenario',
    'step',
    ...(by === 'step' ? [] : [by]),
    'sent',
    'delivered',
    'opens',
    'uniqueOpens',
    'clicks',
    'uniqueClicks',
    'orders',
    'revenue',
    'currency',
    'unsubscribes',
    'complaints',
    'bounces',
    'openRate',
    'clickRate',
    'clickToOpenRate',
    'orderRate',
    'ordersIncrement',
  ];
  return stringify(rows.map(cellsOf), { header: true, columns, escape_formulas: true, record_delimiter: 'windows' });
}

function cellsOf({ rates, revenue, increment, ...row }: StatsRow): Readonly<Record<string, unknown>> {
  return {
    ...row,
    revenue: revenue.amount,
    currency: revenue.currency,
    openRate: rates.open,
    clickRate: rates.click,
    clickToOpenRate: rates.clickToOpen,
    orderRate: rates.order,
    ordersIncrement: increment?.orders,
  };
}
