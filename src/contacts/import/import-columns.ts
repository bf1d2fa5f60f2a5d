import { BadInput, Unprocessable } from '../../platform/http/domain-error.js';
import { jsonProblem } from '../../platform/http/json-limits.js';

/** Fields that a column can hold; `attributes.…` are the store's own. */
export const CONTACT_FIELDS = [
  'email',
  'externalId',
  'firstName',
  'lastName',
  'phone',
  'locale',
  'timezone',
  'tags',
  'consent',
  'consentSource',
  'consentAt',
  'confirmedAt',
] as const;

/** What each column holds, in the file's order; null for one that is left out. */
export type Columns = readonly (string | null)[];

/**
 * Reads the header: a field's name however it is written (`First name`, `first_name`), `attributes.size`, or what `renames`
 * says of the column (`Имя:firstName`; `Notes:` leaves it out). A column without a name is left out, as nothing can name it.
 * Throws Unprocessable `unknown_column`, `duplicate_column`, `missing_column`, `invalid_map`, BadInput for an attribute's key that no
 * JSON may have either.
 */
export function importColumns(
  header: readonly string[],
  renames: readonly string[],
  fields: readonly string[],
  required: readonly string[],
): Columns {
  const known = new Map(fields.map((field) => [squeezed(field), field]));
  const mapped = new Map(renames.map((rename) => renameOf(rename, known)));
  const columns = header.map((name) =>
    mapped.has(squeezed(name)) ? mapped.get(squeezed(name))! : fieldOf(name, known),
  );
  const unknown = header.filter((_, i) => columns[i] === undefined);
  if (unknown.length > 0)
    throw new Unprocessable(
      'unknown_column',
      `no field is called ${unknown.map((name) => `"${name.slice(0, 50)}"`).join(', ')}: map it, or leave it out with map=${unknown[0]!.slice(0, 50)}:`,
    );
  const found = columns.filter((field) => field !== null && field !== undefined);
  const twice = found.find((field, i) => found.indexOf(field) < i);
  if (twice) throw new Unprocessable('duplicate_column', `two columns hold ${twice}`);
  if (!required.some((field) => found.includes(field)))
    throw new Unprocessable('missing_column', `the file needs a column ${required.join(' or ')}`);
  return columns as Columns;
}

function renameOf(rename: string, known: ReadonlyMap<string, string>): [string, string | null] {
  const at = rename.lastIndexOf(':');
  const target = rename.slice(at + 1);
  const field = target === '' ? null : fieldOf(target, known);
  if (at < 1 || field === undefined)
    throw new Unprocessable(
      'invalid_map',
      `map is column:field, with a field that exists; got "${rename.slice(0, 100)}"`,
    );
  return [squeezed(rename.slice(0, at)), field];
}

function fieldOf(name: string, known: ReadonlyMap<string, string>): string | null | undefined {
  if (name === '') return null;
  if (/^attributes\.[^.]{1,100}$/.test(name)) return attribute(name);
  return known.get(squeezed(name));
}

/** Keys of attributes keep to the rules of every JSON body: no key of a prototype, no NUL. */
function attribute(name: string): string {
  const problem = jsonProblem({ [name.slice('attributes.'.length)]: null });
  if (problem) throw new BadInput(problem.code ?? 'malformed', `${JSON.stringify(name)} ${problem.detail}`);
  return name;
}

function squeezed(name: string): string {
  return name.toLowerCase().replace(/[\s_-]/g, '');
}
