/** What a template's author may call. Blocks take `{{#…}}`, the others print or stand in parentheses. */
export const BLOCK_HELPERS: ReadonlySet<string> = new Set(['if', 'unless', 'each', 'with']);
export const VALUE_HELPERS: ReadonlySet<string> = new Set([
  'money',
  'date',
  'plural',
  'url',
  'default',
  'eq',
  'gt',
  'and',
  'or',
  'not',
]);
/** How many arguments those take that do not take just one, named ones aside; `and` and `or` take any number. */
export const ARGUMENTS: Readonly<Record<string, readonly [least: number, most: number]>> = {
  money: [1, 2],
  date: [1, 2],
  default: [2, 2],
  eq: [2, 2],
  gt: [2, 2],
  and: [1, Infinity],
  or: [1, Infinity],
};
/** Named arguments, `name=value`, of those that take any. */
export const NAMED_ARGUMENTS: Readonly<Record<string, readonly string[]>> = {
  money: ['currency'],
  date: ['style'],
  plural: ['zero', 'one', 'two', 'few', 'many', 'other'],
  if: ['includeZero'],
  unless: ['includeZero'],
};
/** What the compiler writes itself. */
export const INTERNAL_HELPERS: ReadonlySet<string> = new Set(['tmLink', 'tmUrl', 'tmPixel']);
/** These ask whether a variable is there; for all others a missing one is an error. */
export const ASKING_HELPERS: ReadonlySet<string> = new Set([
  'default',
  'if',
  'unless',
  'with',
  'eq',
  'gt',
  'and',
  'or',
  'not',
]);
/** What a template sees; these names mean the same inside a loop. */
export const ROOT_NAMES: ReadonlySet<string> = new Set(['event', 'contact', 'run', 'store', 'now', 'links']);
/** Private variables of Handlebars; all others are out of reach. */
export const DATA_NAMES: ReadonlySet<string> = new Set(['root', 'index', 'key', 'first', 'last']);
