import { canonicalHash } from './canonical-hash.js';

describe('canonicalHash', () => {
  it('does not see the order of keys, however deep', () => {
    expect(canonicalHash({ a: 1, b: { c: [{ x: 1, y: 2 }], d: null } })).toBe(
      canonicalHash({ b: { d: null, c: [{ y: 2, x: 1 }] }, a: 1 }),
    );
  });

  it('does not see it among more keys than most events have', () => {
    const fields = Array.from({ length: 50 }, (_, i): [string, number] => [`field${i}`, i]);
    expect(canonicalHash(Object.fromEntries(fields))).toBe(canonicalHash(Object.fromEntries(fields.toReversed())));
  });

  // Kept with every event: another answer would make every repeated event a conflict.
  it('is the same in every release', () => {
    expect(canonicalHash({ cartId: '81', total: 59.8, items: [{ productId: 'p1', gift: true }], note: null })).toBe(
      'T40lPz99FEHjPBsTZzzewyXdLJfcDDoC8ZK1BE0KS98=',
    );
  });

  it('sees every change of a value, a type, an order in a list or an absent key', () => {
    const bodies = [
      { a: 1 },
      { a: '1' },
      { a: 1, b: null },
      { a: [1, 2] },
      { a: [2, 1] },
      { a: { 0: 1, 1: 2 } },
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
