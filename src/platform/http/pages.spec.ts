import { decodeCursor, encodeCursor, pageOf, pageQuery } from './pages.js';

describe('a page', () => {
  it('has 50 items unless told', () => {
    expect(pageQuery('keys')).toEqual({ list: 'keys', limit: 50, after: null });
    expect(pageQuery('keys', '200').limit).toBe(200);
  });

  it.each(['0', '201', '-1', '1.5', 'ten', '', '1e2', ' 5', ['5', '6'], 5])('refuses the limit %j', (limit) => {
    expect(() => pageQuery('keys', limit)).toThrow('limit must be a whole number from 1 to 200');
  });

  it('goes on where its cursor says', () => {
    const cursor = encodeCursor('keys', ['2026-11-21T09:00:00.000Z', 7]);
    expect(decodeCursor('keys', cursor)).toEqual(['2026-11-21T09:00:00.000Z', 7]);
  });

  it('does not go on where another list’s cursor says, though it is of the same shape', () => {
    expect(() => decodeCursor('templates', encodeCursor('scenarios', ['abandoned-cart']))).toThrow('cursor is not one');
  });

  it.each([
    '',
    'x',
    'e30',
    'bnVsbA',
    'W10',
    'WyAxXQ',
    `${encodeCursor('keys', [1])}=`,
    encodeCursor('keys', ['\0']),
    encodeCursor('keys', []),
    Buffer.from('[1]').toString('base64url'),
    'W251bGxd',
    ['a'],
    7,
  ])('refuses the cursor %j', (cursor) => {
    expect(() => decodeCursor('keys', cursor)).toThrow('cursor is not one');
  });

  it('has a next one only when there was a row too many', () => {
    const page = (rows: number[]) =>
      pageOf(
        rows,
        { list: 'keys', limit: 2, after: null },
        (row) => [row],
        (row) => `#${row}`,
      );
    expect(page([1, 2])).toEqual({ items: ['#1', '#2'], nextCursor: null });
    expect(page([1, 2, 3])).toEqual({ items: ['#1', '#2'], nextCursor: encodeCursor('keys', [2]) });
    expect(page([])).toEqual({ items: [], nextCursor: null });
  });
});
