import { Temporal } from 'temporal-polyfill';
import { longestDays, parseDuration, type DurationUnits } from './duration.js';
import type { Weekday } from './local-hours.js';
import { isZone, offsetSpan } from './zone.js';

const DAY_MS = 86_400_000;
const KEPT = 1_000;
/** From 1, Monday (ISO 8601). */
const WEEKDAYS: readonly Weekday[] = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];

const read = new Map<string, DurationUnits>();

/**
 * Adds a duration of the language: days and longer are calendar units at local time (31 January + P1M is 28 or 29
 * February; a time that the clock skips moves forward, a repeated one is the first), hours and shorter are elapsed time. Where the zone
 * is not known, local time is UTC's. Throws for text that is no duration.
 */
export function addDuration(at: Date, iso: string, zone: string): Date {
  const units = unitsOf(iso);
  return new Date(addCalendar(at.getTime(), units, knownZone(zone)) + units.elapsedMs);
}

/** Adds a duration a number of times at once: twice a month from 31 January is 31 March, not 28. As `addDuration` otherwise. */
export function addTimes(at: Date, iso: string, times: number, zone: string): Date {
  const { years, months, weeks, days, elapsedMs } = unitsOf(iso);
  const units = {
    years: years * times,
    months: months * times,
    weeks: weeks * times,
    days: days * times,
    elapsedMs: 0,
  };
  return new Date(addCalendar(at.getTime(), units, knownZone(zone)) + elapsedMs * times);
}

/** The longest that a duration can be, in milliseconds: months of 31 days, days of 25 hours. */
export function longestMs(iso: string): number {
  const units = unitsOf(iso);
  return (longestDays({ ...units, elapsedMs: 0 }) * 25 * DAY_MS) / 24 + units.elapsedMs;
}

/** Adds a duration, or takes it off where it has a minus in front (`-P3D`); as `addDuration` otherwise. */
export function addOffset(at: Date, offset: string, zone: string): Date {
  if (!offset.startsWith('-')) return addDuration(at, offset, zone);
  const { years, months, weeks, days, elapsedMs } = unitsOf(offset.slice(1));
  const local = localOf(at, zone).subtract({ years, months, weeks, days });
  return new Date(local.epochMilliseconds - elapsedMs);
}

/**
 * The first instant after `at` at which the local clock shows a time (`HH:MM`) on one of these days, every day where it is null. A time
 * that the clock skips moves forward by as much as it skips, a repeated one is the first.
 */
export function nextTimeOfDay(at: Date, time: string, days: readonly Weekday[] | null, zone: string): Date {
  const today = localOf(at, zone).toPlainDate();
  for (let ahead = 0; ; ahead++) {
    const day = today.add({ days: ahead });
    if (days !== null && !days.includes(WEEKDAYS[day.dayOfWeek - 1]!)) continue;
    const candidate = day.toZonedDateTime({ timeZone: knownZone(zone), plainTime: time }).epochMilliseconds;
    if (candidate > at.getTime()) return new Date(candidate);
  }
}

/** When the next calendar day begins in the zone; UTC's where the zone is not known. */
export function nextMidnight(at: Date, zone: string): Date {
  return new Date(localOf(at, zone).add({ days: 1 }).startOfDay().epochMilliseconds);
}

/** The calendar day of an instant in the zone, `YYYY-MM-DD` (years before 0 and after 9999 with a sign); UTC's where the zone is not known. */
export function dayOf(at: Date, zone: string): string {
  return localOf(at, zone).toPlainDate().toString();
}

/** When a calendar day, `YYYY-MM-DD`, begins in the zone; UTC's where the zone is not known. */
export function startOfDay(day: string, zone: string): Date {
  return new Date(Temporal.PlainDate.from(day).toZonedDateTime(knownZone(zone)).epochMilliseconds);
}

function localOf(at: Date, zone: string): Temporal.ZonedDateTime {
  return Temporal.Instant.fromEpochMilliseconds(at.getTime()).toZonedDateTimeISO(knownZone(zone));
}

function knownZone(zone: string): string {
  return isZone(zone) ? zone : 'UTC';
}

function unitsOf(iso: string): DurationUnits {
  const kept = read.get(iso);
  if (kept !== undefined) return kept;
  const parsed = parseDuration(iso);
  if (!parsed.ok) throw new RangeError(parsed.detail);
  if (read.size >= KEPT) read.clear();
  read.set(iso, parsed.units);
  return parsed.units;
}

function addCalendar(atMs: number, { years, months, weeks, days }: DurationUnits, zone: string): number {
  if (years === 0 && months === 0 && weeks === 0 && days === 0) return atMs;
  const span = offsetSpan(zone, atMs);
  const local = addMonths(atMs + span.offsetMs, years * 12 + months) + (weeks * 7 + days) * DAY_MS;
  const moved = local - span.offsetMs;
  // Before the next clock change plain arithmetic is exact, and fifty times faster than Temporal.
  if (moved < span.untilMs) return moved;
  return Temporal.Instant.fromEpochMilliseconds(atMs).toZonedDateTimeISO(zone).add({ years, months, weeks, days })
    .epochMilliseconds;
}

/** Adds months to a local time written as if it were UTC; the day is cut to the month's last. */
function addMonths(localMs: number, months: number): number {
  if (months === 0) return localMs;
  const date = new Date(localMs);
  const day = date.getUTCDate();
  date.setUTCDate(1);
  date.setUTCMonth(date.getUTCMonth() + months);
  const lastDay = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate();
  date.setUTCDate(Math.min(day, lastDay));
  return date.getTime();
}
