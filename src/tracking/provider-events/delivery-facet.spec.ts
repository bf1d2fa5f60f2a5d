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
