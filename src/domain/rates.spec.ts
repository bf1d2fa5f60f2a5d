import { increment, ratesOf } from './rates.js';

describe('rates', () => {
  it('are those of the abandoned cart', () => {
    expect(ratesOf({ sent: 12411, uniqueOpens: 3984, uniqueClicks: 1345, orders: 184 })).toEqual({
      open: 0.321,
      click: 0.1084,
      clickToOpen: 0.338,
      order: 0.0148,
    });
  });

  it('are unknown when nothing was sent', () => {
    const nothing = { sent: 0, uniqueOpens: 0, uniqueClicks: 0, orders: 0 };
    expect(ratesOf(nothing)).toEqual({ open: null, click: null, clickToOpen: null, order: null });
  });

  it('tell that the follow-up added a third of the orders', () => {
    expect([increment(63, 184), increment(5, 0)]).toEqual([0.342, null]);
  });
});
