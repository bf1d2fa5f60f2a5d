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
/** Two of them and an instant make the id of an event, which may have 200. */
const LONGEST_ID = 80;
/** The last instant that the API can say. A log in microseconds is beyond it. */
const LATEST = Date.parse('9999-12-31T23:59:59.999Z');

/** A log as the demo plays it. */
export interface ShopLog {
  /** Carts and orders, sorted by time (stable: rows of the same millisecond keep their order). */
  readonly rows: readonly LogRow[];
  /** How many rows there were with the views, which no chain here follows up: nearly all of a real log's millions, so they are not kept. */
  readonly total: number;
  readonly from: number;
  readonly to: number;
}

/**
 * Reads a log in Retailrocket's format.
 * @throws Error naming the first line that is not such a row.
 */
export function parseLog(csv: string | Buffer): ShopLog {
  const rows: LogRow[] = [];
  let [total, from, to] = [0, Infinity, 0];
  parse(csv, {
    columns: (names: readonly string[]) => {
      const missing = COLUMNS.filter((column) => !names.includes(column));
      if (missing.length) throw notALog(`column ${missing.join(', ')} is missing`);
      return [...names];
    },
    skip_empty_lines: true,
    trim: true,
    on_record: (record: Record<string, string>, { lines }) => {
      const row = rowOf(record, lines);
      [total, from, to] = [total + 1, Math.min(from, row.at), Math.max(to, row.at)];
      if (row.event !== 'view') rows.push(row);
      return null;
    },
  });
  if (rows.length === 0) throw notALog(total === 0 ? 'no rows' : 'nothing but views');
  return { rows: rows.sort((a, b) => a.at - b.at), total, from, to };
}

function notALog(why: string): Error {
  return new Error(`not a log in Retailrocket's format: ${why}`);
}

/** Writes rows as parseLog reads them. */
export function formatLog(rows: readonly LogRow[]): string {
  const lines = rows.map((row) => [row.at, row.visitor, row.event, row.item, row.transaction ?? ''].join(','));
  return `${COLUMNS.join(',')}\n${lines.join('\n')}\n`;
}

function rowOf(record: Record<string, string>, line: number): LogRow {
  const { timestamp = '', visitorid = '', event = '', itemid = '', transactionid = '' } = record;
  const at = Number(timestamp);
  if (!Number.isInteger(at) || at <= 0 || at > LATEST)
    throw new Error(`line ${line}: timestamp "${timestamp}" is not milliseconds since 1970`);
  if (!EVENTS.has(event)) throw new Error(`line ${line}: event "${event}" is not view, addtocart or transaction`);
  if (!visitorid || !itemid) throw new Error(`line ${line}: visitorid and itemid must be there`);
  if ([visitorid, itemid, transactionid].some((id) => id.length > LONGEST_ID))
    throw new Error(`line ${line}: visitorid, itemid and transactionid have ${LONGEST_ID} characters at most`);
  if (event === 'transaction' && !transactionid) throw new Error(`line ${line}: a transaction needs its transactionid`);
  return { at, visitor: visitorid, event: event as LogRow['event'], item: itemid, transaction: transactionid || null };
}
