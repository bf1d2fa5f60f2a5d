import type { Rendering } from '../helpers/rendering.js';
import { TemplateError } from '../helpers/template-error.js';

/** Loops show at most so many items, and a letter takes at most so many turns in all of its loops. */
const MAX_ITEMS = 100;
const MAX_TURNS = 10_000;
/** A part of a letter that grows beyond this is a mistake or an attack. */
export const MAX_OUTPUT_CHARS = 1024 * 1024;

/** What a loop goes through: the first items of a list, all fields of an object, nothing of anything else. */
export function shownItems(value: unknown): object {
  if (Array.isArray(value)) {
    const items: readonly unknown[] = value;
    return items.length > MAX_ITEMS ? items.slice(0, MAX_ITEMS) : items;
  }
  return typeof value === 'object' && value !== null ? value : [];
}

/** @throws TemplateError when the loops of a letter take too many turns */
export function countTurns(rendering: Rendering, items: object): void {
  rendering.turns += Array.isArray(items) ? items.length : Object.keys(items).length;
  if (rendering.turns > MAX_TURNS) throw new TemplateError(`the loops of a letter take at most ${MAX_TURNS} turns`);
}

/** @throws TemplateError when a loop has printed too much, counted as it will be read and not as marks */
export function checkSize({ out, hidden }: Rendering, before: number): void {
  if (out.length + hidden - before > MAX_OUTPUT_CHARS) throw new TemplateError('the letter grows too large in a loop');
}
