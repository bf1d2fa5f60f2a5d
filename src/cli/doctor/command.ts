import { Resolver } from 'node:dns/promises';
import { ProcessClock } from '../../platform/clock/clock.js';
import { readEnv, WrongSettings } from '../../platform/config/read-env.js';
import { examine } from './doctor.js';
import { type Finding, shownFindings, wrong } from './finding.js';

const DNS_MS = 2_000;

export interface DoctorOptions {
  readonly json: boolean;
  readonly dkimSelector: readonly string[];
}

/** The doctor's report, and whether anything is wrong. */
export async function doctor(
  variables: Readonly<Record<string, string | undefined>>,
  { json, dkimSelector }: DoctorOptions,
): Promise<{ readonly text: string; readonly isWell: boolean }> {
  const findings = await findingsOf(variables, dkimSelector);
  const isWell = findings.every(({ state }) => state !== 'wrong');
  return { text: json ? JSON.stringify({ ok: isWell, checks: findings }, null, 2) : shownFindings(findings), isWell };
}

async function findingsOf(
  variables: Readonly<Record<string, string | undefined>>,
  selectors: readonly string[],
): Promise<readonly Finding[]> {
  try {
    const resolver = new Resolver({ timeout: DNS_MS, tries: 2 });
    return await examine(readEnv(variables), { resolver, fetch, clock: new ProcessClock() }, selectors);
  } catch (error) {
    if (!(error instanceof WrongSettings)) throw error;
    return [wrong('settings', error.message.replace(/\s*\n\s*/g, '; '), 'docs/configuration.md names them all')];
  }
}
