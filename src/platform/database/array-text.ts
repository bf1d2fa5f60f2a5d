/** A value of a column as it goes into a list; an instant is written in UTC. */
type Value = string | number | boolean | Date | null;

/** Neither quotes nor anything that means something in the text of an array. */
const PLAIN = /^[\w.:+-]+$/;

/**
 * PostgreSQL's text of an array, one value an item: a column of rows that a statement takes apart with unnest. Rows as JSON objects bring
 * the names of their fields each time, and pg's own way of writing arrays looks into every value.
 */
export function arrayText<T>(items: Iterable<T>, valueOf: (item: T) => Value): string {
  let text = '';
  for (const item of items) text += `,${elementText(valueOf(item))}`;
  return `{${text.slice(1)}}`;
}

function elementText(value: Value): string {
  if (value === null) return 'NULL';
  if (typeof value === 'string') return isPlain(value) ? value : `"${value.replace(/["\\]/g, '\\$&')}"`;
  return value instanceof Date ? value.toISOString() : String(value);
}

function isPlain(text: string): boolean {
  return PLAIN.test(text) && (text.length !== 4 || text.toUpperCase() !== 'NULL');
}
