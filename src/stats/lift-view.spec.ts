import { liftView } from './lift-view.js';

const row = (percent: number, holdout: boolean, people: number, buyers: number) => ({
  percent,
  holdout,
  people,
  buyers,
  orders: 2 * buyers,
  open: 1,
});

describe('the comparison with the held-out', () => {
  it('adds people up and compares those of one percent', () => {
    const rows = [
      row(5, false, 9_500, 1_995),
      row(5, true, 500, 100),
      row(50, false, 5_000, 150),
      row(50, true, 5_000, 100),
    ];
    expect(liftView('cart', rows)).toEqual({
      scenario: 'cart',
      letters: { people: 14_500, buyers: 2_145, orders: 4_290, rate: 0.1479 },
      heldOut: { people: 5_500, buyers: 200, orders: 400, rate: 0.0364 },
      lift: { rate: 0.01, low: 0.002, high: 0.0175, relative: 0.205, buyers: 145, significant: true },
      detectable: 0.0111,
      stillOpen: 4,
    });
  });

  it('is sure of letters that keep people from buying as it is of those that bring them to it, and of nothing between', () => {
    const lift = (buyers: number) => liftView('cart', [row(10, false, 5_000, buyers), row(10, true, 5_000, 250)]).lift;
    expect([150, 250, 350].map((buyers) => [lift(buyers)?.rate, lift(buyers)?.significant])).toEqual([
      [-0.02, true],
      [0, false],
      [0.02, true],
    ]);
  });

  it('of one side shows that side', () => {
    expect(liftView('cart', [row(10, false, 10, 1)])).toMatchObject({
      letters: { people: 10, buyers: 1, orders: 2, rate: 0.1 },
      heldOut: { people: 0, buyers: 0, orders: 0, rate: null },
      lift: null,
      detectable: null,
    });
  });
});
