import { variantsView, type VariantRow } from './variants-view.js';

const row = (version: number, variant: string, people: number, buyers: number): VariantRow => ({
  ...{ version, variant, people, buyers },
  ...{ orders: buyers + 1, open: 2 },
});

const CART = { scenario: 'cart', split: 'test' };

describe('the comparison of variants', () => {
  it('compares each with one of them, which stands first and is compared with nobody', () => {
    const rows = [row(1, 'short', 4_000, 240), row(1, 'control', 4_000, 160), row(1, 'long', 4_000, 164)];
    const { variants, against, stillOpen } = variantsView({ ...CART, against: 'control' }, rows);
    expect([against, stillOpen]).toEqual(['control', 6]);
    expect(variants.map(({ variant, people, buyers, rate }) => [variant, people, buyers, rate])).toEqual([
      ['control', 4_000, 160, 0.04],
      ['long', 4_000, 164, 0.041],
      ['short', 4_000, 240, 0.06],
    ]);
    expect(variants.map(({ lift, detectable }) => [lift?.rate, lift?.significant, lift?.buyers, detectable])).toEqual([
      [undefined, undefined, undefined, null],
      [0.001, false, 4, expect.any(Number)],
      [0.02, true, 80, expect.any(Number)],
    ]);
  });

  it('compares people of one version only: other weights draw other people', () => {
    // Alike in each version; thrown together the letter would seem to lose, because most of it is of the season in which few buy.
    const rows = [row(1, 'a', 9_000, 90), row(1, 'b', 1_000, 10), row(2, 'a', 1_000, 100), row(2, 'b', 9_000, 900)];
    const [, b] = variantsView({ ...CART, against: 'a' }, rows).variants;
    expect(b).toMatchObject({ variant: 'b', people: 10_000, buyers: 910, lift: { rate: 0, significant: false } });
  });

  it('tells people of a variant that nobody can be compared with, and nothing where nobody was drawn', () => {
    const rows = [row(1, 'a', 10, 1), row(2, 'b', 10, 1)];
    expect(variantsView({ ...CART, against: 'a' }, rows).variants).toMatchObject([
      { variant: 'a', lift: null },
      { variant: 'b', lift: null, detectable: null, people: 10 },
    ]);
    expect(variantsView({ ...CART, against: null }, [])).toEqual({
      ...CART,
      against: null,
      variants: [],
      stillOpen: 0,
    });
  });
});
