import { type Contender, creditOnce, creditOrder, type CreditCandidate } from './attribution.js';

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
