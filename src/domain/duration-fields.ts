import { z } from 'zod';
import { longestDays, parseDuration, windowMs } from './duration.js';

/** Five years: longer waits are slips of the pen, and dates stay far from the end of the calendar. */
const LONGEST_WAIT_DAYS = 5 * 366;
const LONGEST_WINDOW_MS = LONGEST_WAIT_DAYS * 86_400_000;

/** A length of waiting, in ISO 8601 behind it. */
export const wait = z
  .string()
  .describe('A duration: ISO 8601 (PT45M, P2D, P1M) or plain English ("45 minutes", "2 days", "1 month").')
  .transform((text, context) => {
    const parsed = parseDuration(text);
    if (parsed.ok && longestDays(parsed.units) <= LONGEST_WAIT_DAYS) return parsed.iso;
    return noDuration(context, parsed.ok ? `"${text}" is longer than five years` : parsed.detail);
  });

/** The time from one turn to the next, in ISO 8601 behind it. */
export const interval = wait.refine((iso) => isLongEnough(iso), {
  message: 'must be at least a minute',
  params: { code: 'out_of_range' },
});

/** A length of waiting before (with a minus) or after a moment, in ISO 8601 behind it. */
export const offset = z
  .string()
  .describe('A duration, with a minus in front for before: -P3D, "-3 days", PT2H.')
  .transform((text, context) => {
    const [, sign = '', length = ''] = /^\s*([-−]?)(.*)$/s.exec(text) ?? [];
    const parsed = parseDuration(length);
    if (!parsed.ok) return noDuration(context, parsed.detail);
    if (longestDays(parsed.units) > LONGEST_WAIT_DAYS)
      return noDuration(context, `"${text}" is longer than five years`);
    return `${sign === '' ? '' : '-'}${parsed.iso}`;
  });

/** A window of elapsed time, in ISO 8601 behind it. */
export const span = z
  .string()
  .describe('A window in which a day is 24 hours: ISO 8601 or plain English, without months and years.')
  .transform((text, context) => {
    const parsed = parseDuration(text);
    if (!parsed.ok) return noDuration(context, parsed.detail);
    const ms = windowMs(parsed.units);
    if (ms === null) return noDuration(context, 'a window has no months or years; write days');
    if (ms > LONGEST_WINDOW_MS) return noDuration(context, `"${text}" is longer than five years`);
    return parsed.iso;
  });

/** The pause before a further run. */
export const coolDown = z.union([z.enum(['never', 'always']), span]);

function isLongEnough(iso: string): boolean {
  const parsed = parseDuration(iso);
  return parsed.ok && longestDays(parsed.units) * 86_400_000 >= 60_000;
}

function noDuration(context: z.RefinementCtx, message: string): never {
  context.addIssue({ code: 'custom', message, params: { code: 'invalid_duration' } });
  return z.NEVER;
}
