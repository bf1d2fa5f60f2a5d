import { canonicalHash } from './canonical-hash.js';

describe('canonicalHash', () => {
  it('does not see the order of keys, however deep', () => {
    expect(canonicalHash({ a: 1, b: { c: [{ x: 1, y: 2 }], d: null } })).toBe(
      canonicalHash({ b: { d: null, c: [{ y: 2, x: 1 }] }, a: 1 }),
    );
  });

  it('sees every change of a value, a type, an order in a list or an absent key', () => {
    const bodies = [
      { a: 1 },
      { a: '1' },
      { a: 1, b: null },
      { a: [1, 2] },
      { a: [2, 1] },
      { a: { b: 1 } },
      { a: { b: [] } },
      {},
      { 'a":1': 1 },
    ];
    expect(new Set(bodies.map(canonicalHash)).size).toBe(bodies.length);
  });

  it('takes a key that is undefined as absent', () => {
    expect(canonicalHash({ a: 1, b: undefined })).toBe(canonicalHash({ a: 1 }));
  });
});
