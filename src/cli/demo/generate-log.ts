import type { LogRow } from './log-row.js';
import { SeededRandom } from './seeded-random.js';

/**
 * Shares of a real shop's 43,745 cart sessions (Retailrocket's public data set, May to September 2015), as proportions only:
 * at which hour (UTC) and weekday (Monday first) a cart begins, how many products it gets, that 27 of 100 are bought.
 */
const HOURS = [53, 50, 50, 50, 50, 42, 27, 14, 8, 5, 5, 6, 10, 17, 28, 49, 63, 70, 70, 71, 72, 69, 65, 56];
const WEEKDAYS = [162, 171, 164, 156, 135, 100, 112];
const PRODUCTS = [771, 125, 41, 23, 12, 8, 5, 4, 3];
const BOUGHT = 0.269;
/** Of those who buy, half do so within 459 seconds of the first product, one in a hundred takes over four hours. */
const PURCHASE_MEDIAN_S = 459;

const DAY_MS = 86_400_000;

export interface LogShape {
  readonly seed: number;
  /** Midnight UTC of the first day. */
  readonly from: Date;
  readonly days: number;
  readonly cartsPerDay: number;
}

/** The log that ships with the project (`demo/two-weeks.csv`). */
export const TWO_WEEKS: LogShape = {
  seed: 20_261_121,
  from: new Date('2026-11-02T00:00:00Z'),
  days: 14,
  cartsPerDay: 45,
};

/** Makes a shop's log: the same shape gives the same rows. Real logs repeat rows and share milliseconds; so does this one. */
export function generateLog(shape: LogShape): LogRow[] {
  const random = new SeededRandom(shape.seed);
  const rows: LogRow[] = [];
  const total = Math.round(shape.days * shape.cartsPerDay);
  let transaction = 1_000;
  let visitor = 100_000;
  const known: string[] = [];
  for (let cart = 0; cart < total; cart++) {
    // One session in seven is somebody's next one, as in the data set (43,745 sessions of 37,658 visitors).
    const returning = known.length > 0 && random.chance(0.14);
    const who = returning ? known[random.between(0, known.length - 1)]! : String((visitor += random.between(1, 9)));
    if (!returning) known.push(who);
    rows.push(...session(random, who, startOf(shape, random), () => String((transaction += 1))));
  }
  return rows.sort((a, b) => a.at - b.at);
}

function startOf(shape: LogShape, random: SeededRandom): number {
  const weekdays = Array.from({ length: shape.days }, (_, day) => (shape.from.getUTCDay() + 6 + day) % 7);
  const day = random.weighted(weekdays.map((weekday) => WEEKDAYS[weekday]!));
  return shape.from.getTime() + day * DAY_MS + random.weighted(HOURS) * 3_600_000 + random.between(0, 3_599_999);
}

function session(random: SeededRandom, visitor: string, start: number, nextTransaction: () => string): LogRow[] {
  const rows: LogRow[] = [];
  const items = Array.from({ length: 1 + random.weighted(PRODUCTS) }, () => String(random.between(1_000, 4_999)));
  let at = start;
  for (const item of items) {
    rows.push({ at, visitor, event: 'view', item, transaction: null });
    at += random.between(4_000, 90_000);
    rows.push({ at, visitor, event: 'addtocart', item, transaction: null });
    if (random.chance(0.02)) rows.push({ at, visitor, event: 'addtocart', item, transaction: null }); // a double click
  }
  if (!random.chance(BOUGHT)) return rows;
  at += Math.round(random.withMedian(PURCHASE_MEDIAN_S) * 1_000);
  const transaction = nextTransaction();
  for (const item of new Set(items)) rows.push({ at, visitor, event: 'transaction', item, transaction });
  return rows;
}
