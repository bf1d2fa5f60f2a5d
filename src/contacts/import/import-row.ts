import { Ajv } from 'ajv';
import { plainToInstance } from 'class-transformer';
import { validateSync } from 'class-validator';
import { parseEmail } from '../../domain/email-address.js';
import { jsonProblem } from '../../platform/http/json-limits.js';
import { ruleKeyword } from '../../platform/http/json-rule.js';
import { schemaOf } from '../../platform/http/json-schema.js';
import { snakeCase } from '../../platform/http/snake-case.js';
import { ContactDto } from '../contact.dto.js';
import type { Columns } from './import-columns.js';
import type { RowErrorView } from './import-report.view.js';

/** A person as a row tells of them; an empty cell says nothing. */
export interface ImportRow {
  readonly line: number;
  readonly email: { readonly email: string; readonly key: string } | null;
  readonly externalId: string | null;
  /** Columns of the contact's row. */
  readonly fields: Readonly<Record<string, unknown>>;
  readonly attributes: Readonly<Record<string, string>>;
  readonly consent: ImportedConsent | null;
}

/** What the file says of consent. Without an instant it is older than anything that is known. */
export interface ImportedConsent {
  readonly granted: boolean;
  readonly source: string;
  readonly at: Date | null;
  readonly confirmedAt: Date | null;
}

const COLUMN_OF = {
  firstName: 'first_name',
  lastName: 'last_name',
  phone: 'phone',
  locale: 'locale',
  timezone: 'timezone',
};
const YES = ['true', 'yes', '1', 'да'];
const NO = ['false', 'no', '0', 'нет'];
const INSTANT = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d{1,3})?)?(Z|[+-]\d\d:\d\d))?$/;

/** The rules of `ContactDto`, compiled. With class-validator, which now only words what is wrong, an import took twice as long. */
const isContact = new Ajv({ strictTypes: false, keywords: [ruleKeyword] }).compile(schemaOf(ContactDto));

/** Reads a row by its columns, or says what is wrong with it. */
export function importRow(
  line: number,
  cells: readonly string[],
  columns: Columns,
  now: Date,
): ImportRow | RowErrorView {
  if (cells.length > columns.length)
    return { line, code: 'too_many_cells', detail: `has ${cells.length} cells, the header ${columns.length}` };
  const cell = new Map<string, string>();
  for (const [i, field] of columns.entries()) if (field !== null && cells[i]) cell.set(field, cells[i]);
  const unfit = unfitCell(cell);
  if (unfit) return { line, ...unfit };
  const read = (field: string): string | undefined => cell.get(field);
  const tags = read('tags')
    ?.split(/[,;|]/)
    .map((tag) => tag.trim())
    .filter((tag) => tag !== '');
  const contact = {
    email: read('email'),
    externalId: read('externalId'),
    firstName: read('firstName'),
    lastName: read('lastName'),
    phone: read('phone'),
    locale: read('locale'),
    timezone: read('timezone'),
    tags,
  };
  if (!isContact(contact)) return { line, ...faultOf(contact) };
  const address = contact.email ? parseEmail(contact.email) : null;
  const email = address?.ok ? { email: address.email, key: address.key } : null;
  const externalId = read('externalId') ?? null;
  if (!email && externalId === null) return { line, code: 'no_identity', detail: 'has neither email nor externalId' };
  const consent = consentOf(read, now);
  if (typeof consent === 'string') return { line, ...CONSENT_FAULTS[consent] };
  const fields: Record<string, unknown> = tags ? { tags } : {};
  for (const [field, column] of Object.entries(COLUMN_OF)) if (cell.has(field)) fields[column] = cell.get(field);
  const attributes = [...cell].filter(([field]) => field.startsWith('attributes.'));
  return {
    line,
    email,
    externalId,
    fields,
    attributes: Object.fromEntries(attributes.map(([field, value]) => [field.slice('attributes.'.length), value])),
    consent,
  };
}

/** The first cell that no JSON body could bring either: NUL, a text that is too long. */
function unfitCell(cells: ReadonlyMap<string, string>): Pick<RowErrorView, 'code' | 'detail'> | null {
  for (const [field, text] of cells) {
    const problem = jsonProblem(text);
    if (problem) return { code: problem.code ?? 'malformed', detail: `${field} ${problem.detail}` };
  }
  return null;
}

/** What is wrong with a contact, in the words that every other route has for it. */
function faultOf(contact: object): Pick<RowErrorView, 'code' | 'detail'> {
  const [wrong] = validateSync(plainToInstance(ContactDto, contact));
  return {
    code: `invalid_${snakeCase(wrong?.property ?? 'row')}`,
    detail: Object.values(wrong?.constraints ?? {})[0] ?? 'is not valid',
  };
}

const CONSENT_FAULTS = {
  word: { code: 'invalid_consent', detail: 'consent must be yes or no (true, false, 1, 0, да, нет)' },
  source: { code: 'consent_source_missing', detail: 'consent needs consentSource: where the person gave it' },
  long: { code: 'invalid_consent_source', detail: 'consentSource must have at most 200 characters' },
  at: {
    code: 'invalid_instant',
    detail: 'consentAt and confirmedAt must be past instants since 1970 such as 2026-11-21T09:00:00Z',
  },
} as const;

function consentOf(
  read: (field: string) => string | undefined,
  now: Date,
): ImportedConsent | null | keyof typeof CONSENT_FAULTS {
  const word = read('consent')?.toLowerCase();
  if (word === undefined) return null;
  if (!YES.includes(word) && !NO.includes(word)) return 'word';
  const source = read('consentSource');
  if (!source) return 'source';
  if (source.length > 200) return 'long';
  const at = instantOf(read('consentAt'), now);
  const confirmedAt = instantOf(read('confirmedAt'), now);
  if (at === undefined || confirmedAt === undefined) return 'at';
  return { granted: YES.includes(word), source, at, confirmedAt };
}

/** Null for an empty cell, undefined for what is no past instant since 1970. */
function instantOf(text: string | undefined, now: Date): Date | null | undefined {
  if (text === undefined) return null;
  const at = INSTANT.test(text) ? Date.parse(text) : Number.NaN;
  return at >= 0 && at <= now.getTime() && isDay(text.slice(0, 10)) ? new Date(at) : undefined;
}

/** JavaScript takes the 30th of February for the 2nd of March. */
function isDay(text: string): boolean {
  return new Date(`${text}T00:00:00Z`).toISOString().startsWith(text);
}
