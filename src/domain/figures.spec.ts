import fc from 'fast-check';
import { creditOrder, type CreditCandidate } from './attribution.js';
import { isHeldOut } from './holdout.js';
import { judge, type Hit } from './machine.js';
import { increment, ratesOf } from './rates.js';

const at = (minute: number): Date => new Date(Date.UTC(2026, 10, 21, 9, minute));

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

describe('an order is credited', () => {
  const letter = (over: Partial<CreditCandidate>): CreditCandidate => ({
    messageId: 'reminder',
    sentAt: at(0),
    withinMs: 60 * 60_000,
    clicks: [],
    opens: [],
    ...over,
  });
  const followUp = (over: Partial<CreditCandidate>): CreditCandidate =>
    letter({ messageId: 'follow-up', sentAt: at(10), ...over });

  it.each<[string, CreditCandidate[], string | null]>([
    ['to the letter last clicked', [letter({ clicks: [at(20)] }), followUp({ clicks: [at(15)] })], 'reminder'],
    ['to a click before a later open', [letter({ clicks: [at(5)] }), followUp({ opens: [at(20)] })], 'reminder'],
    [
      'to the letter last opened when nothing was clicked',
      [letter({ opens: [at(5)] }), followUp({ opens: [at(12)] })],
      'follow-up',
    ],
    ['to nobody when nothing was opened', [letter({}), followUp({})], null],
    ['not to an act after the order', [letter({ clicks: [at(31)] })], null],
    ['to an act at the very instant', [letter({ clicks: [at(30)] })], 'reminder'],
    ['up to the last instant of the window', [letter({ clicks: [at(1)], withinMs: 30 * 60_000 })], 'reminder'],
    ['not behind the window', [letter({ clicks: [at(1)], withinMs: 30 * 60_000 - 1 })], null],
    ['not to a letter sent after the order', [letter({ sentAt: at(31), clicks: [at(20)] })], null],
    [
      'to the younger letter when two were clicked at once',
      [letter({ clicks: [at(20)] }), followUp({ clicks: [at(20)] })],
      'follow-up',
    ],
  ])('%s', (_promise, candidates, expected) => {
    expect(creditOrder({ at: at(30) }, candidates)).toBe(expected);
    expect(creditOrder({ at: at(30) }, candidates.toReversed())).toBe(expected);
  });
});

describe('the hold-out', () => {
  const ids = Array.from({ length: 20_000 }, (_, i) => `0199a000-0000-7000-8000-${String(i).padStart(12, '0')}`);
  const share = (key: string, percent: number): number =>
    ids.filter((id) => isHeldOut(id, key, percent)).length / ids.length;

  it.each([5, 10, 50])('holds out %d percent of the people', (percent) => {
    expect(Math.abs(share('abandoned-cart', percent) - percent / 100)).toBeLessThan(0.01);
  });

  it('is nobody at 0 and everybody at 100', () => {
    expect([share('abandoned-cart', 0), share('abandoned-cart', 100)]).toEqual([0, 1]);
  });

  it('is sticky, and a greater percent only adds people', () => {
    fc.assert(
      fc.property(fc.uuid(), fc.nat(100), fc.nat(100), (id, a, b) => {
        const [less, more] = [Math.min(a, b), Math.max(a, b)];
        if (isHeldOut(id, 'x', less)) expect(isHeldOut(id, 'x', more)).toBe(true);
      }),
    );
  });

  it('is drawn for each scenario apart', () => {
    const both = ids.filter((id) => isHeldOut(id, 'abandoned-cart', 50) && isHeldOut(id, 'win-back', 50)).length;
    expect(Math.abs(both / ids.length - 0.25)).toBeLessThan(0.01);
  });
});

describe('a hit', () => {
  const hit: Hit = {
    action: 'click',
    method: 'GET',
    userAgent: 'Mozilla/5.0 (Macintosh) Safari/605',
    knownBot: false,
    purpose: null,
    sentAt: at(0),
    at: at(5),
  };
  it.each<[string, Partial<Hit>, string, string]>([
    ['a browser five minutes later', {}, 'person', 'person'],
    ['a HEAD request', { method: 'HEAD' }, 'machine', 'head_request'],
    ['a prefetch', { purpose: 'prefetch;prerender' }, 'machine', 'prefetch'],
    ['a known bot', { knownBot: true }, 'machine', 'known_bot'],
    ['a click within two seconds', { at: new Date(at(0).getTime() + 1_999) }, 'machine', 'too_fast'],
    ['a click after two seconds', { at: new Date(at(0).getTime() + 2_000) }, 'person', 'person'],
    ['a click where time stands still', { sentAt: null, at: at(0) }, 'person', 'person'],
    ['an open within two seconds', { action: 'open', at: at(0) }, 'person', 'person'],
    ["Apple's mail privacy", { action: 'open', userAgent: 'Mozilla/5.0' }, 'machine', 'apple_privacy'],
    [
      "Gmail's image proxy, a bot by its name",
      { action: 'open', knownBot: true, userAgent: 'Mozilla/5.0 (via ggpht.com GoogleImageProxy)' },
      'person',
      'image_proxy',
    ],
    ['no user agent at all', { userAgent: null }, 'person', 'person'],
  ])('by %s', (_who, over, actor, verdict) => {
    expect(judge({ ...hit, ...over })).toEqual({ actor, verdict });
  });
});
