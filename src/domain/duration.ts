/** A span as people or ISO 8601 write it, normalised. */
export type ParsedDuration =
  | { readonly ok: true; readonly iso: string; readonly units: DurationUnits }
  | { readonly ok: false; readonly detail: string };

/** Calendar units and elapsed time apart, because the two are added by different rules. */
export interface DurationUnits {
  readonly years: number;
  readonly months: number;
  readonly weeks: number;
  readonly days: number;
  /** Hours, minutes and seconds together, in milliseconds. */
  readonly elapsedMs: number;
}

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** No span of the language is longer: dates stay far from the end of JavaScript's. */
const LONGEST_DAYS = 36_600;

const ISO =
  /^P(?:(\d{1,6})Y)?(?:(\d{1,6})M)?(?:(\d{1,6})W)?(?:(\d{1,6})D)?(?:T(?:(\d{1,9}(?:\.\d{1,6})?)H)?(?:(\d{1,9}(?:\.\d{1,6})?)M)?(?:(\d{1,9}(?:\.\d{1,6})?)S)?)?$/;
const PHRASE = /^(\d{1,9}(?:\.\d{1,6})?|an?|one)\s*([a-z]+)$/;

type Unit = 'year' | 'month' | 'week' | 'day' | 'hour' | 'minute' | 'second';
const UNITS: ReadonlyMap<string, Unit> = new Map([
  ...(['year', 'month', 'week', 'day', 'hour', 'minute', 'second'] as const).flatMap((unit): [string, Unit][] => [
    [unit, unit],
    [`${unit}s`, unit],
  ]),
  ['hr', 'hour'],
  ['hrs', 'hour'],
  ['min', 'minute'],
  ['mins', 'minute'],
  ['sec', 'second'],
  ['secs', 'second'],
]);

/** Every unit with its number, and room to spare: what follows takes the square of a text's length, and a shop may write 16 KiB. */
const LONGEST_TEXT = 200;

const HOW = 'write it as "45 minutes", "2 days" or ISO 8601 (PT45M, P2D)';

/** Reads `PT45M` or `"45 minutes"`; never throws. */
export function parseDuration(text: string): ParsedDuration {
  const written = text.trim();
  if (/^[-+−]/.test(written)) return refused(`"${excerpt(text)}" has a sign; a duration is zero or longer`);
  const units = written.length > LONGEST_TEXT ? null : unitsOf(written);
  if (units === null) return refused(`"${excerpt(text)}" is not a duration; ${HOW}`);
  if (![units.years, units.months, units.weeks, units.days, units.elapsedMs].every(Number.isSafeInteger))
    return refused(`"${excerpt(text)}": only hours, minutes and seconds may have fractions, down to a millisecond`);
  if (longestDays(units) > LONGEST_DAYS) return refused(`"${excerpt(text)}" is longer than a hundred years`);
  return { ok: true, iso: toIso(units), units };
}

/** The longest that the span can be, in days (a month of 31, a year of 366). */
export function longestDays(units: DurationUnits): number {
  return units.years * 366 + units.months * 31 + units.weeks * 7 + units.days + units.elapsedMs / DAY_MS;
}

/** Milliseconds of a window (`within`, `afterExit`, `late.after`, `maxAge`): a day is 24 hours; null for months and years. */
export function windowMs(units: DurationUnits): number | null {
  if (units.years > 0 || units.months > 0) return null;
  return (units.weeks * 7 + units.days) * DAY_MS + units.elapsedMs;
}

/** Milliseconds of a window that was checked before; throws for text that is none. */
export function elapsedMs(iso: string): number {
  const parsed = parseDuration(iso);
  const ms = parsed.ok ? windowMs(parsed.units) : null;
  if (ms === null) throw new RangeError(`not a window: ${iso}`);
  return ms;
}

function refused(detail: string): ParsedDuration {
  return { ok: false, detail };
}

function excerpt(text: string): string {
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}

function unitsOf(text: string): DurationUnits | null {
  return /^P/i.test(text) && !text.includes(' ') ? fromIso(text.toUpperCase()) : fromEnglish(text);
}

function fromIso(text: string): DurationUnits | null {
  const match = ISO.exec(text);
  if (match === null || text.endsWith('P') || text.endsWith('T')) return null;
  const [years, months, weeks, days, hours, minutes, seconds] = match.slice(1).map((part) => Number(part ?? 0));
  return units([
    ['year', years],
    ['month', months],
    ['week', weeks],
    ['day', days],
    ['hour', hours],
    ['minute', minutes],
    ['second', seconds],
  ]);
}

function fromEnglish(text: string): DurationUnits | null {
  const phrases = text.toLowerCase().split(/\s*,\s*|\s+and\s+|(?<=[a-z])\s+(?=\d)/);
  const parts: [Unit, number][] = [];
  for (const phrase of phrases) {
    const [, amount, word] = PHRASE.exec(phrase) ?? [];
    const unit = word === undefined ? undefined : UNITS.get(word);
    if (amount === undefined || unit === undefined || parts.some(([known]) => known === unit)) return null;
    parts.push([unit, /^\d/.test(amount) ? Number(amount) : 1]);
  }
  return units(parts);
}

function units(parts: readonly (readonly [Unit, number | undefined])[]): DurationUnits {
  const amount = (unit: Unit): number => parts.find(([name]) => name === unit)?.[1] ?? 0;
  const elapsed = amount('hour') * HOUR_MS + amount('minute') * MINUTE_MS + amount('second') * SECOND_MS;
  return {
    years: amount('year'),
    months: amount('month'),
    weeks: amount('week'),
    days: amount('day'),
    // 0.1 hours is 360000.00000000006 in floating point; anything finer than that noise stays a refused fraction.
    elapsedMs: Math.abs(elapsed - Math.round(elapsed)) < 1e-6 ? Math.round(elapsed) : elapsed,
  };
}

function toIso({ years, months, weeks, days, elapsedMs: elapsed }: DurationUnits): string {
  const hours = Math.floor(elapsed / HOUR_MS);
  const minutes = Math.floor((elapsed % HOUR_MS) / MINUTE_MS);
  const seconds = (elapsed % MINUTE_MS) / SECOND_MS;
  const part = (amount: number, letter: string): string => (amount === 0 ? '' : `${amount}${letter}`);
  const date = part(years, 'Y') + part(months, 'M') + part(weeks, 'W') + part(days, 'D');
  const time = part(hours, 'H') + part(minutes, 'M') + part(seconds, 'S');
  if (date === '' && time === '') return 'PT0S';
  return `P${date}${time === '' ? '' : `T${time}`}`;
}
