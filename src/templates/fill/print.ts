import type { Rendering } from '../helpers/rendering.js';
import { NUL } from './marks.js';

const SPECIAL = /[&<>"'`=\0]/;
const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#x27;',
  '`': '&#x60;',
  '=': '&#x3D;',
  [NUL]: '',
};

/** What is escaped in text and attributes alike, as Handlebars does it. */
export function escapeHtml(text: string): string {
  return SPECIAL.test(text) ? text.replace(/[&<>"'`=\0]/g, (char) => ENTITIES[char]!) : text;
}

/** Adds a value to the part that is being filled in. */
export type Print = (rendering: Rendering, value: unknown) => void;

export function printEscaped(rendering: Rendering, value: unknown): void {
  if (value === null || value === undefined) return;
  rendering.out += escapeHtml(asText(value));
}

export function printPlain(rendering: Rendering, value: unknown): void {
  if (value === null || value === undefined) return;
  const text = asText(value);
  rendering.out += text.includes(NUL) ? text.replaceAll(NUL, '') : text;
}

function asText(value: unknown): string {
  // As Handlebars prints what is no text.
  return typeof value === 'string' ? value : String(value);
}
