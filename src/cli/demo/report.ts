/** A row of the statistics table; the contract's names. */
export interface StatsRow {
  readonly step: string | null;
  readonly sent: number;
  readonly opens: number;
  readonly uniqueOpens: number;
  readonly clicks: number;
  readonly uniqueClicks: number;
  readonly orders: number;
  readonly revenue: { readonly amount: string; readonly currency: string } | null;
  /** `orders` is null while the first letter brought none. */
  readonly increment: { readonly orders: number | null } | null;
}

/** Columns padded to their widest cell; the first to the left, figures to the right. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  return rows
    .map((row) => row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!))).join('  '))
    .join('\n');
}

/** The statistics table as people read it. */
export function statsTable(rows: readonly StatsRow[], total: StatsRow): string {
  const head = ['letter', 'sent', 'opens', 'unique', 'clicks', 'unique', 'orders', 'revenue', 'adds orders'];
  const line = (row: StatsRow): string[] => [
    row.step ?? 'all letters',
    ...[row.sent, row.opens, row.uniqueOpens, row.clicks, row.uniqueClicks, row.orders].map(String),
    row.revenue ? `${row.revenue.amount} ${row.revenue.currency}` : '',
    typeof row.increment?.orders === 'number' ? `+${(row.increment.orders * 100).toFixed(1)} %` : '',
  ];
  return table([head, ...rows.map(line), line(total)]);
}

/** A bar of `width` characters that is `share` full. */
export function progressBar(share: number, width: number): string {
  const full = Math.round(Math.min(1, Math.max(0, share)) * width);
  return `[${'#'.repeat(full)}${'-'.repeat(width - full)}]`;
}
