import { type Contender, type CreditCandidate, creditOnce, creditOrder, orderKeyOf } from './attribution.js';

const at = (minute: number): Date => new Date(Date.UTC(2026, 10, 21, 9, minute));

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
    [
      'to a letter sent, clicked and answered while the clock stands',
      [letter({ sentAt: at(30), clicks: [at(30)] })],
      'reminder',
    ],
    ['up to the last instant of the window', [letter({ clicks: [at(1)], withinMs: 30 * 60_000 })], 'reminder'],
    ['not behind the window', [letter({ clicks: [at(1)], withinMs: 30 * 60_000 - 1 })], null],
    ['not to a letter sent after the order', [letter({ sentAt: at(31), clicks: [at(20)] })], null],
    [
      'to the younger letter when two were clicked at once',
      [letter({ clicks: [at(20)] }), followUp({ clicks: [at(20)] })],
      'follow-up',
    ],
    [
      'to the same one whichever is read first when two were also sent at once',
      [letter({ clicks: [at(20)] }), followUp({ clicks: [at(20)], sentAt: at(0) })],
      'reminder',
    ],
  ])('%s', (_promise, candidates, expected) => {
    expect(creditOrder({ at: at(30) }, candidates)).toBe(expected);
    expect(creditOrder({ at: at(30) }, candidates.toReversed())).toBe(expected);
  });
});

describe('what an order is known by', () => {
  const keyOf = (type: string, data: object, id = 'e-1') =>
    orderKeyOf({ id, type, at: at(0).toISOString(), data: data as Record<string, unknown> });
  const long = (end: string) => '0123456789'.repeat(1_600) + end;

  it('is its id, as a number or as text, in whatever event', () => {
    expect(keyOf('order.placed', { orderId: '7' })).toBe('7');
    expect(keyOf('order.paid', { orderId: 7 }, 'e-2')).toBe('7');
  });

  it.each([
    ['order.placed', {}],
    ['order.placed', { orderId: null }],
    ['order.confirmed', { orderId: '' }],
    ['review.published', { orderId: '7' }],
  ])('is the event where %s tells of %j', (type, data) => {
    expect(keyOf(type, data, '7')).toBe('event:7');
  });

  it('fits an index however long the id is, and is no other order’s', () => {
    const keys = ['a', 'b', 'a'].map((end) => keyOf('order.confirmed', { orderId: long(end) }));
    expect(Math.max(...keys.map((key) => key.length))).toBeLessThanOrEqual(200);
    expect(keys[0]).toBe(keys[2]);
    expect(keys[0]).not.toBe(keys[1]);
  });
});

describe('of the events of an order', () => {
  const event = (eventId: string, over: Partial<Contender> = {}): Contender => ({
    environmentId: 'live',
    orderKey: '7',
    eventId,
    at: at(30),
    messageId: 'reminder',
    ...over,
  });
  const credited = (...events: Contender[]) => {
    const ids = (all: readonly Contender[]) =>
      creditOnce(all)
        .map(({ eventId }) => eventId)
        .toSorted();
    expect(ids(events.toReversed())).toEqual(ids(events));
    return ids(events);
  };

  it('the earliest that a letter brought is credited', () => {
    expect(
      credited(event('a', { messageId: null, at: at(1) }), event('b', { at: at(3) }), event('c', { at: at(2) })),
    ).toEqual(['c']);
  });

  it('the lower id is credited when two happened at one instant', () => {
    expect(credited(event('b'), event('a'))).toEqual(['a']);
  });

  it('none is credited without a letter', () => {
    expect(credited(event('a', { messageId: null }))).toEqual([]);
  });

  it('one is credited each for every order and environment', () => {
    expect(credited(event('a'), event('b', { orderKey: '8' }), event('c', { environmentId: 'test' }))).toEqual([
      'a',
      'b',
      'c',
    ]);
  });
});
