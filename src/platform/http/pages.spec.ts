import { decodeCursor, encodeCursor, pageOf, pageQuery } from './pages.js';

describe('a page', () => {
  it('has 50 items unless told', () => {
    expect(pageQuery(undefined, undefined)).toEqual({ limit: 50, after: null });
    expect(pageQuery('200', undefined).limit).toBe(200);
  });

  it.each(['0', '201', '-1', '1.5', 'ten', '', '1e2', ' 5', ['5', '6'], 5])('refuses the limit %j', (limit) => {
    expect(() => pageQuery(limit, undefined)).toThrow('limit must be a whole number from 1 to 200');
  });

  it('goes on where its cursor says', () => {
    expect(decodeCursor(encodeCursor(['2026-11-21T09:00:00.000Z', 7]))).toEqual(['2026-11-21T09:00:00.000Z', 7]);
  });

  it.each([
    '',
    'x',
    'e30',
    'bnVsbA',
    'W10',
    'WyAxXQ',
    `${encodeCursor([1])}=`,
    encodeCursor(['\0']),
    'W251bGxd',
    ['a'],
    7,
  ])('refuses the cursor %j', (cursor) => {
    expect(() => decodeCursor(cursor)).toThrow('cursor is not one');
  });

  it('has a next one only when there was a row too many', () => {
    const page = (rows: number[]) =>
      pageOf(
        rows,
        2,
        (row) => [row],
        (row) => `#${row}`,
      );
    expect(page([1, 2])).toEqual({ items: ['#1', '#2'], nextCursor: null });
    expect(page([1, 2, 3])).toEqual({ items: ['#1', '#2'], nextCursor: encodeCursor([2]) });
    expect(page([])).toEqual({ items: [], nextCursor: null });
  });
});
