import { parse } from 'csv-parse/sync';

/** One row of a shop's log in Retailrocket's format. */
export interface LogRow {
  /** When it happened, milliseconds since 1970 UTC. */
  readonly at: number;
  readonly visitor: string;
  readonly event: 'view' | 'addtocart' | 'transaction';
  readonly item: string;
  /** Set on transaction rows only; the rows of one order share it. */
  readonly transaction: string | null;
}

const COLUMNS = ['timestamp', 'visitorid', 'event', 'itemid', 'transactionid'] as const;
const EVENTS = new Set(['view', 'addtocart', 'transaction']);

/**
 * Reads a log in Retailrocket's format, sorted by time (stable: rows of the same millisecond keep their order).
 * @throws Error naming the first line that is not such a row.
 */
export function parseLog(csv: string): LogRow[] {
  const records: Record<string, string>[] = parse(csv, { columns: true, skip_empty_lines: true, trim: true });
  const missing = COLUMNS.filter((column) => records[0] && !(column in records[0]));
  if (!records.length || missing.length)
    throw new Error(
      `not a log in Retailrocket's format: ${missing.length ? `column ${missing.join(', ')} is missing` : 'no rows'}`,
    );
  return records.map((record, i) => rowOf(record, i + 2)).sort((a, b) => a.at - b.at);
}

/** Writes rows as parseLog reads them. */
export function formatLog(rows: readonly LogRow[]): string {
  const lines = rows.map((row) => [row.at, row.visitor, row.event, row.item, row.transaction ?? ''].join(','));
  return `${COLUMNS.join(',')}\n${lines.join('\n')}\n`;
}

function rowOf(record: Record<string, string>, line: number): LogRow {
  const { timestamp = '', visitorid = '', event = '', itemid = '', transactionid = '' } = record;
  const at = Number(timestamp);
  if (!Number.isSafeInteger(at) || at <= 0)
    throw new Error(`line ${line}: timestamp "${timestamp}" is not milliseconds since 1970`);
  if (!EVENTS.has(event)) throw new Error(`line ${line}: event "${event}" is not view, addtocart or transaction`);
  if (!visitorid || !itemid) throw new Error(`line ${line}: visitorid and itemid must be there`);
  if (event === 'transaction' && !transactionid) throw new Error(`line ${line}: a transaction needs its transactionid`);
  return { at, visitor: visitorid, event: event as LogRow['event'], item: itemid, transaction: transactionid || null };
}
