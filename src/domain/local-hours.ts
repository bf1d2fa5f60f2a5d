import { offsetSpan } from './zone.js';

/** Local times `HH:MM`; where `from` is the later one the stretch goes over midnight, equal times mean none. */
export interface QuietHours {
  readonly from: string;
  readonly to: string;
}

export type Weekday = 'mon' | 'tue' | 'wed' | 'thu' | 'fri' | 'sat' | 'sun';

/** When a letter of a step may go: on these days (every day when absent), from a local time up to another (`24:00`: midnight). */
export interface SendWindow {
  readonly days?: readonly Weekday[] | undefined;
  readonly from: string;
  readonly to: string;
}

/** Hours that hold a letter back, all of them in one zone. */
export interface LocalHours {
  readonly quiet: QuietHours | null;
  readonly window: SendWindow | null;
}

const DAY_MS = 86_400_000;
/** A weekly window that one clock change swallows is open a week later. */
const LONGEST_SEARCH_MS = 16 * DAY_MS;
/** 1 January 1970 was a Thursday. */
const WEEKDAYS: readonly Weekday[] = ['thu', 'fri', 'sat', 'sun', 'mon', 'tue', 'wed'];

/** Milliseconds since local midnight of `HH:MM`, up to `24:00`. */
export function timeOfDayMs(text: string): number {
  return (Number(text.slice(0, 2)) * 60 + Number(text.slice(3, 5))) * 60_000;
}

/** Whether the local clock stands in the quiet hours. */
export function isQuiet(at: Date, zone: string, quiet: QuietHours | null): boolean {
  return quiet !== null && quietAt(localMs(at, zone), quiet);
}

/**
 * The first instant, not before `at`, at which the local clock shows an hour that is allowed; null when there is none (a
 * window that lies in the quiet hours). What counts is what the clock shows: an hour that a clock change repeats is asked
 * both times, one that it skips never.
 */
export function nextOpening(at: Date, zone: string, { quiet, window }: LocalHours): Date | null {
  // Only where quiet hours end or a window begins can anything open; at no other time of day is it asked.
  const edges = [...(quiet ? [timeOfDayMs(quiet.to)] : []), ...(window ? [timeOfDayMs(window.from)] : [])];
  const last = at.getTime() + LONGEST_SEARCH_MS;
  for (let cursor = at.getTime(); cursor <= last;) {
    const { offsetMs, untilMs } = offsetSpan(zone, cursor);
    const local = cursor + offsetMs;
    if (!(quiet && quietAt(local, quiet)) && !(window && !isInWindow(local, window))) return new Date(cursor);
    const midnight = local - sinceMidnight(local);
    const ahead = edges.map((edge) => midnight + edge + (midnight + edge > local ? 0 : DAY_MS));
    cursor = Math.min(Math.min(...ahead) - offsetMs, untilMs);
  }
  return null;
}

function localMs(at: Date, zone: string): number {
  return at.getTime() + offsetSpan(zone, at.getTime()).offsetMs;
}

function sinceMidnight(local: number): number {
  return local - Math.floor(local / DAY_MS) * DAY_MS;
}

function quietAt(local: number, quiet: QuietHours): boolean {
  const time = sinceMidnight(local);
  const from = timeOfDayMs(quiet.from);
  const to = timeOfDayMs(quiet.to);
  return from <= to ? from <= time && time < to : time >= from || time < to;
}

function isInWindow(local: number, window: SendWindow): boolean {
  const time = sinceMidnight(local);
  if (time < timeOfDayMs(window.from) || time >= timeOfDayMs(window.to)) return false;
  const day = Math.floor(local / DAY_MS);
  return window.days === undefined || window.days.includes(WEEKDAYS.at(day % 7)!);
}
