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

/** Reads `PT45M` or `"45 minutes"`; never throws. */
export function parseDuration(text: string): ParsedDuration {
  throw new Error(text);
}

/** Milliseconds of a window (`within`, `afterExit`, `late.after`, `maxAge`): a day is 24 hours; months and years throw. */
export function elapsedMs(iso: string): number {
  throw new Error(iso);
}
