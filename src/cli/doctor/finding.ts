/** One line of the doctor's report. */
export interface Finding {
  /** What was looked at: `database`, `dkim shop.example`. */
  readonly check: string;
  readonly state: 'ok' | 'wrong' | 'unchecked';
  /** What was found. */
  readonly detail: string;
  /** What to do about it; null where there is nothing to do. */
  readonly remedy: string | null;
}

export function ok(check: string, detail: string): Finding {
  return { check, state: 'ok', detail, remedy: null };
}

export function wrong(check: string, detail: string, remedy: string): Finding {
  return { check, state: 'wrong', detail, remedy };
}

/** It could not be looked at, or there is nothing to look at. */
export function unchecked(check: string, detail: string, remedy: string | null = null): Finding {
  return { check, state: 'unchecked', detail, remedy };
}

const MARKS = { ok: '✓', wrong: '✗', unchecked: '–' } as const;

/** The report as people read it. */
export function shownFindings(findings: readonly Finding[]): string {
  const lines = findings.flatMap(({ check, state, detail, remedy }) => [
    `${MARKS[state]} ${check}: ${detail}`,
    ...(remedy ? [`    → ${remedy}`] : []),
  ]);
  const faults = findings.filter(({ state }) => state === 'wrong').length;
  return [
    ...lines,
    '',
    faults === 0 ? 'nothing is wrong' : `${faults} of ${findings.length} checks found a fault`,
  ].join('\n');
}
