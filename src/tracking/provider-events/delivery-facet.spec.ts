import fc from 'fast-check';
import { DELIVERIES, furthest, type LetterNews, NO_NEWS, type TimedEvent, withEvent } from './delivery-facet.js';
import type { ProviderEventKind } from './provider-event.js';

const KINDS: readonly ProviderEventKind[] = [...DELIVERIES, 'unsubscribed', 'opened', 'clicked', 'other'];
/** A report as a test tells it. */
interface Told {
  readonly kind: ProviderEventKind;
  readonly minute: number;
  readonly suppress: TimedEvent['suppress'];
  readonly providerMessageId: string | null;
}
const report: fc.Arbitrary<Told> = fc.record({
  kind: fc.constantFrom(...KINDS),
  minute: fc.nat(59),
  suppress: fc.constantFrom(null, 'hard_bounce' as const, 'complaint' as const),
  providerMessageId: fc.constantFrom(null, 'p1', 'p2'),
});
const eventOf = ({ kind, minute, suppress, providerMessageId }: Told): TimedEvent => ({
  key: `${kind}-${minute}`,
  words: null,
  kind,
  messageId: 'm',
  address: null,
  providerMessageId,
  at: new Date(Date.UTC(2026, 10, 21, 12, minute)),
  detail: null,
  suppress,
  unsubscribes: kind === 'unsubscribed',
});

const told = (events: readonly TimedEvent[]): LetterNews => events.reduce(withEvent, NO_NEWS);
const byDay = (news: LetterNews): object => ({
  ...news,
  softBounces: [...new Set(news.softBounces.map((at) => at.toISOString()))].sort(),
});

describe('what a letter’s reports say together', () => {
  it('is the same in every order, and with every report told twice', () => {
    const reports = fc.array(report, { maxLength: 8 }).map((list) => list.map(eventOf));
    const shuffled = reports.chain((list) =>
      fc.tuple(fc.constant(list), fc.shuffledSubarray([...list, ...list], { minLength: 2 * list.length })),
    );
    fc.assert(
      fc.property(shuffled, ([list, other]) => {
        expect(byDay(told(other))).toEqual(byDay(told(list)));
      }),
    );
  });

  it('never goes back', () => {
    fc.assert(
      fc.property(fc.array(report), report, (list, next) => {
        const before = told(list.map(eventOf)).delivery;
        const after = withEvent(told(list.map(eventOf)), eventOf(next)).delivery;
        return furthest(before, after) === after;
      }),
    );
  });

  const one = (kind: ProviderEventKind, minute = 0) =>
    eventOf({ kind, minute, suppress: null, providerMessageId: null });

  it.each<[ProviderEventKind, Partial<LetterNews>]>([
    ['processed', {}],
    ['deferred', { softBounces: [one('deferred').at] }],
    ['delivered', { deliveredAt: one('delivered').at }],
    ['blocked', { softBounces: [one('blocked').at], bouncedAt: one('blocked').at }],
    ['bounced', { bouncedAt: one('bounced').at }],
    ['dropped', { bouncedAt: one('dropped').at }],
    ['complained', { complainedAt: one('complained').at }],
  ])('after one that it was %s', (kind, news) => {
    expect(told([one(kind)])).toEqual({ ...NO_NEWS, delivery: kind, ...news });
  });

  it('is nothing of its delivery where somebody reads or unsubscribes', () => {
    expect(told([one('opened'), one('clicked'), one('other')])).toEqual(NO_NEWS);
    expect(told([one('unsubscribed')])).toEqual({ ...NO_NEWS, unsubscribedAt: one('unsubscribed').at });
  });

  it('is as of the first time, and a complaint outweighs the bounce of a machine', () => {
    expect(told([one('delivered', 5), one('delivered', 3), one('delivered', 9)]).deliveredAt).toEqual(
      one('other', 3).at,
    );
    const suppress = (reason: TimedEvent['suppress']) => ({ ...one('other'), suppress: reason });
    expect(told([suppress('hard_bounce'), suppress(null)]).suppress).toBe('hard_bounce');
    expect(told([suppress('complaint'), suppress('hard_bounce')]).suppress).toBe('complaint');
  });

  it('ends with the bounce that follows a delivery, whichever is told first', () => {
    const [delivered, bounced] = (['delivered', 'bounced'] as const).map((kind, minute) =>
      eventOf({ kind, minute, suppress: null, providerMessageId: null }),
    );
    expect(told([bounced!, delivered!])).toMatchObject({
      delivery: 'bounced',
      deliveredAt: delivered!.at,
      bouncedAt: bounced!.at,
    });
  });
});
