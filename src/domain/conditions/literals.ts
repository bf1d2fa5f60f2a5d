import { engine } from './environment.js';
import { quoted } from './term.js';

/** How a text in quotes stands in an expression, and what has to be written there. */
const READINGS = {
  duration: {
    code: 'invalid_duration',
    as: (text: string) => `duration(${text})`,
    words: 'is no duration; write hours, minutes and seconds, as in duration("48h") or duration("1h30m")',
  },
  timestamp: {
    code: 'invalid_instant',
    as: (text: string) => `timestamp(${text})`,
    words: 'is no instant; write one with its zone, as in timestamp("2026-11-21T09:00:00Z")',
  },
  zone: {
    code: 'invalid_zone',
    as: (text: string) => `timestamp("2026-11-21T09:00:00Z").getHours(${text})`,
    words: 'is no time zone; write one such as "Europe/Berlin"',
  },
} as const;

/**
 * What is wrong with a text in quotes that the engine can never read; null when it can. With it the expression would be undetermined
 * for everybody: a letter that never goes, an exit that always fits.
 */
export function unreadable(
  text: string,
  reading: keyof typeof READINGS,
): { readonly code: string; readonly detail: string } | null {
  const { code, as, words } = READINGS[reading];
  const written = quoted(text);
  return isReadable(as(written)) ? null : { code, detail: `${written} ${words}` };
}

function isReadable(code: string): boolean {
  try {
    engine.parse(code)({});
    return true;
  } catch {
    return false; // the only way to ask: what it cannot read it throws
  }
}
