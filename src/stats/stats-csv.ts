import { stringify } from 'csv-stringify/sync';
import type { Division } from './stats-row.js';
import type { StatsRowView } from './stats-table.view.js';

/**
 * The table as CSV (RFC 4180), one line a row and no total, so that sums of a spreadsheet come out right. Money in other
 * currencies than `revenue` is one text, such as `100.00 EUR; 5.00 USD`: columns are the same whatever was paid. Cells that a
 * spreadsheet would take for a formula are prefixed with an apostrophe: step and variant names are free text.
 */
export function statsCsv(rows: readonly StatsRowView[], by: Division): string {
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
    'otherRevenue',
  ];
  return stringify(rows.map(cellsOf), { header: true, columns, escape_formulas: true, record_delimiter: 'windows' });
}

function cellsOf({
  rates,
  revenue,
  otherRevenue = [],
  increment,
  ...row
}: StatsRowView): Readonly<Record<string, unknown>> {
  return {
    ...row,
    revenue: revenue.amount,
    currency: revenue.currency,
    openRate: rates.open,
    clickRate: rates.click,
    clickToOpenRate: rates.clickToOpen,
    orderRate: rates.order,
    ordersIncrement: increment?.orders,
    otherRevenue: otherRevenue.map(({ amount, currency }) => `${amount} ${currency}`).join('; '),
  };
}
