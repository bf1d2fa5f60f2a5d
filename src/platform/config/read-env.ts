import { plainToInstance } from 'class-transformer';
import { validateSync } from 'class-validator';
import { Env } from './env.js';
import { settingsOf } from './setting.js';

const NUMBERS = new Set(['PORT', 'RETENTION_MONTHS', 'TRUST_PROXY']);
const isNumber = (name: string): boolean => NUMBERS.has(name) || name.endsWith('_S');
const BOOLEANS = new Set(['SENDING_HOLD']);
const BOOLEAN_WORDS = new Map([
  ['true', true],
  ['1', true],
  ['false', false],
  ['0', false],
]);
const LISTS = new Set(['ROLES', 'LIVE_RECIPIENTS']);

/** One or more settings cannot be used; the message names each and what it should be. */
export class WrongSettings extends Error {}

/**
 * Reads the settings; an empty variable counts as unset. Throws WrongSettings with all that is wrong, so that nobody
 * repairs one variable a start.
 */
export function readEnv(variables: Readonly<Record<string, string | undefined>>): Env {
  const raw: Record<string, unknown> = {};
  for (const { name, defaultText } of settingsOf(Env)) {
    const text = variables[name]?.trim() || defaultText;
    if (text !== null && text !== undefined) raw[name] = parse(name, text);
  }
  const env = plainToInstance(Env, raw);
  const problems = [
    ...validateSync(env).map(
      (e) => `${e.property} ${Object.values(e.constraints ?? {})[0]} (it is ${shown(variables, e.property)})`,
    ),
    ...missing(env),
  ];
  if (problems.length > 0) throw new WrongSettings(`Wrong settings:\n${problems.map((p) => `  ${p}`).join('\n')}`);
  return Object.freeze(env);
}

function parse(name: string, text: string): unknown {
  if (name === 'TRUST_PROXY' && BOOLEAN_WORDS.has(text)) return Number(BOOLEAN_WORDS.get(text));
  if (isNumber(name)) return /^\d+$/.test(text) ? Number(text) : text;
  if (BOOLEANS.has(name)) return BOOLEAN_WORDS.get(text) ?? text;
  return LISTS.has(name) ? listOf(text) : text;
}

/** A text that names nothing stays a text, and is refused as one: commas alone must not mean everyone. */
function listOf(text: string): readonly string[] | string {
  const items = text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');
  return items.length > 0 || text === '' ? items : text;
}

/** Settings that another setting asks for. */
function missing(env: Env): string[] {
  const wanted: string[] = [];
  if (env.TRANSPORT === 'smtp' && !env.SMTP_URL) wanted.push('SMTP_URL must be set, because TRANSPORT is smtp');
  if (env.TRANSPORT === 'sendgrid' && !env.SENDGRID_API_KEY)
    wanted.push('SENDGRID_API_KEY must be set, because TRANSPORT is sendgrid');
  if (env.PORT === 0 && !env.PUBLIC_URL)
    wanted.push('PUBLIC_URL must be set, because PORT is 0: links of letters would lead nowhere');
  if (env.SEND_LEASE_S <= env.SEND_TIMEOUT_S) wanted.push('SEND_LEASE_S must be more than SEND_TIMEOUT_S');
  return wanted;
}

/** A secret is never printed, not even a wrong one. */
function shown(variables: Readonly<Record<string, string | undefined>>, name: string): string {
  return /KEY|_URL$/.test(name) && name !== 'PUBLIC_URL'
    ? 'set to something else'
    : JSON.stringify(variables[name] ?? '');
}
