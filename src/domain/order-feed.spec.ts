import { after } from '../../test/support/domain-builders.js';
import { isFeedSilent, type OrderFeed } from './order-feed.js';

const HOUR_MS = 3_600_000;
const feed = (over: Partial<OrderFeed> = {}): OrderFeed => ({
  firstAt: after({ days: -28 }),
  lastAt: after({ hours: -10 }),
  recent: 100,
  usualGapMs: HOUR_MS,
  ...over,
});

describe('an order feed', () => {
  it.each<[string, OrderFeed | null, boolean]>([
    ['is silent when it pauses longer than three times its usual pause', feed(), true],
    [
      'is at three times that pause and a bit',
      feed({ lastAt: after({ hours: -9, ms: -1 }), usualGapMs: 3 * HOUR_MS }),
      true,
    ],
    ['is not where such pauses are usual', feed({ usualGapMs: 4 * HOUR_MS }), false],
    ['is not before six hours', feed({ lastAt: after({ hours: -6 }), usualGapMs: 60_000 }), false],
    ['is after six hours', feed({ lastAt: after({ hours: -6, ms: -1 }), usualGapMs: 60_000 }), true],
    ['is not judged before 28 days', feed({ firstAt: after({ days: -28, ms: 1 }) }), false],
    ['is not judged with less than 100 orders', feed({ recent: 99 }), false],
    ['is not judged where there is none', null, false],
  ])('%s', (_promise, known, expected) => {
    expect(isFeedSilent(known, after({}))).toBe(expected);
  });
});
