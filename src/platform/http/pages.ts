import { BadInput } from './domain-error.js';

const DEFAULT_LIMIT = 50;
const MAX_LIMIT = 200;

/** Where a list goes on: the sort key of the last row of the page before, as numbers and strings. */
export type Position = readonly (string | number)[];

/** What a list request asks for. */
export interface PageQuery {
  /** Which list it is: a cursor goes on in the one that returned it and in no other. */
  readonly list: string;
  readonly limit: number;
  /** Null for the first page. */
  readonly after: Position | null;
}

/** A page of a list as the API answers it. */
export interface PageOf<T> {
  readonly items: readonly T[];
  readonly nextCursor: string | null;
}

/** Reads `?limit=&cursor=` as they came; 400 `invalid_limit` outside 1–200, `invalid_cursor` for one that is not of this list. */
export function pageQuery(list: string, limit?: unknown, cursor?: unknown): PageQuery {
  return {
    list,
    limit: limit === undefined ? DEFAULT_LIMIT : parseLimit(limit),
    after: cursor === undefined ? null : decodeCursor(list, cursor),
  };
}

/** An opaque cursor of a row's sort key in a list. */
export function encodeCursor(list: string, position: Position): string {
  return Buffer.from(JSON.stringify([list, ...position])).toString('base64url');
}

/** The sort key of a cursor; 400 `invalid_cursor` for anything that encodeCursor did not make for this list. */
export function decodeCursor(list: string, cursor: unknown): Position {
  if (typeof cursor === 'string' && /^[\w-]{1,2000}$/.test(cursor)) {
    const parts = parseJson(Buffer.from(cursor, 'base64url').toString());
    if (Array.isArray(parts)) {
      const position: readonly unknown[] = parts.slice(1);
      if (isPosition(position) && encodeCursor(list, position) === cursor) return position;
    }
  }
  throw unknownCursor();
}

/** What a list says to a cursor that it cannot have returned. */
export function unknownCursor(): BadInput {
  return new BadInput('invalid_cursor', 'cursor is not one that this list returned');
}

/** Makes the page of rows that were read with `LIMIT limit + 1`. */
export function pageOf<R, T>(
  rows: readonly R[],
  { list, limit }: PageQuery,
  positionOf: (row: R) => Position,
  item: (row: R) => T,
): PageOf<T> {
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  return {
    items: shown.map(item),
    nextCursor: rows.length > limit && last !== undefined ? encodeCursor(list, positionOf(last)) : null,
  };
}

function parseLimit(limit: unknown): number {
  if (typeof limit === 'string' && /^[1-9]\d{0,2}$/.test(limit) && Number(limit) <= MAX_LIMIT) return Number(limit);
  throw new BadInput('invalid_limit', `limit must be a whole number from 1 to ${MAX_LIMIT}`);
}

function isPosition(parts: readonly unknown[]): parts is Position {
  return (
    parts.length > 0 && parts.every((part) => (typeof part === 'string' ? !part.includes('\0') : Number.isFinite(part)))
  );
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
