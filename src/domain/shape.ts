/**
 * What is known about a value that expressions read. `money` and `number` may also arrive as decimal strings, `id` as a
 * safe integer, `instant` as ISO 8601 text; `any` is whatever the store sends.
 */
export type Shape =
  | { readonly kind: 'money' | 'number' | 'id' | 'text' | 'bool' | 'instant' | 'any' }
  | { readonly kind: 'list'; readonly item: Shape }
  | { readonly kind: 'record'; readonly fields: Readonly<Record<string, Shape>>; readonly open: boolean };

export const ANY: Shape = { kind: 'any' };
export const ID: Shape = { kind: 'id' };
export const TEXT: Shape = { kind: 'text' };
export const MONEY: Shape = { kind: 'money' };
export const NUMBER: Shape = { kind: 'number' };
export const BOOL: Shape = { kind: 'bool' };
export const INSTANT: Shape = { kind: 'instant' };

export function listOf(item: Shape): Shape {
  return { kind: 'list', item };
}

/** Fields that are all known: any other is a slip of the pen. */
export function recordOf(fields: Readonly<Record<string, Shape>>): Shape {
  return { kind: 'record', fields, open: false };
}

/** A record with some known fields, where the store may keep its own beside them. */
export function openRecord(fields: Readonly<Record<string, Shape>>): Shape {
  return { kind: 'record', fields, open: true };
}
