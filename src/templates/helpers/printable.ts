import { TemplateError } from './template-error.js';

/** Control characters and those that turn the direction of text around: none of them is text. By their ranges: `\p{Cc}` is slower. */
// eslint-disable-next-line no-control-regex
const CONTROL = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202A-\u202E\u2066-\u2069]+/g;

/** What may be printed: text, numbers, booleans; nothing for null. Lists and objects are an author's mistake. */
export function printable(value: unknown, label: string): string {
  if (value === null || value === undefined) return '';
  if (typeof value === 'object') throw new TemplateError(`${label} is a list or an object and cannot be printed`);
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** Text for subject, preheader and text part: nothing is escaped, and data can neither end a line nor hide. */
export function withoutControls(text: string): string {
  return text.replace(CONTROL, ' ');
}
