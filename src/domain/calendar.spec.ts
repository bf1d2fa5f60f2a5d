import fc from 'fast-check';
import { Temporal } from 'temporal-polyfill';
import { addDuration, nextMidnight, startOfDay } from './calendar.js';
import { parseDuration } from './duration.js';
import { isZone, zoneOf } from './zone.js';

describe('adding a duration', () => {
  it.each([
    ['minutes are elapsed time', '2026-11-21T09:00:00Z', 'PT45M', 'Europe/Moscow', '2026-11-21T09:45:00Z'],
    [
      'days keep the local hour over the spring change',
      '2026-03-28T09:00:00Z',
      'P2D',
      'Europe/Berlin',
      '2026-03-30T08:00:00Z',
    ],
    ['a week is seven days', '2026-11-21T09:00:00Z', 'P1W', 'Europe/Berlin', '2026-11-28T09:00:00Z'],
    ['48 hours do not', '2026-03-28T09:00:00Z', 'PT48H', 'Europe/Berlin', '2026-03-30T09:00:00Z'],
    [
      'days keep the local hour over the autumn change',
      '2026-10-24T08:00:00Z',
      'P1D',
      'Europe/Berlin',
      '2026-10-25T09:00:00Z',
    ],
    [
      'a time that the clock skips moves forward',
      '2026-03-28T01:30:00Z',
      'P1D',
      'Europe/Berlin',
      '2026-03-29T01:30:00Z',
    ],
    ['a repeated hour is the first', '2026-10-24T00:30:00Z', 'P1D', 'Europe/Berlin', '2026-10-25T00:30:00Z'],
    ['the hour behind it is its own', '2026-10-24T01:00:00Z', 'P1D', 'Europe/Berlin', '2026-10-25T02:00:00Z'],
    ['31 January + P1M is 28 February', '2026-01-31T10:00:00Z', 'P1M', 'UTC', '2026-02-28T10:00:00Z'],
    ['31 January + P1M is 29 February in a leap year', '2028-01-31T10:00:00Z', 'P1M', 'UTC', '2028-02-29T10:00:00Z'],
    ['29 February + P1Y is 28 February', '2028-02-29T10:00:00Z', 'P1Y', 'Europe/Moscow', '2029-02-28T10:00:00Z'],
    ['a month is the local month', '2026-01-30T22:30:00Z', 'P1M', 'Europe/Moscow', '2026-02-27T22:30:00Z'],
    [
      'a day that a country skipped is the next one',
      '2011-12-29T20:00:00Z',
      'P1D',
      'Pacific/Apia',
      '2011-12-30T20:00:00Z',
    ],
    ['calendar units come before hours', '2026-03-28T01:30:00Z', 'P1DT1H', 'Europe/Berlin', '2026-03-29T02:30:00Z'],
    [
      'nothing changes nothing, in a repeated hour too',
      '2026-10-25T01:30:00Z',
      'PT0S',
      'Europe/Berlin',
      '2026-10-25T01:30:00Z',
    ],
  ])('%s', (_promise, at, iso, zone, expected) => {
    expect(addDuration(new Date(at), iso, zone).toISOString()).toBe(new Date(expected).toISOString());
  });

  it('agrees with Temporal everywhere', () => {
    const zones = [
      'UTC',
      'Europe/Moscow',
      'Europe/Berlin',
      'America/New_York',
      'Australia/Lord_Howe',
      'Pacific/Apia',
      'Asia/Kolkata',
    ];
    const instant = fc.integer({ min: Date.UTC(2005, 0, 1), max: Date.UTC(2035, 0, 1) });
    const small = fc.integer({ min: 0, max: 40 });
    fc.assert(
      fc.property(
        instant,
        fc.constantFrom(...zones),
        fc.tuple(small, small, small, small),
        (ms, zone, [months, weeks, days, hours]) => {
          const expected = Temporal.Instant.fromEpochMilliseconds(ms)
            .toZonedDateTimeISO(zone)
            .add({ months, weeks, days })
            .add({ hours }).epochMilliseconds;
          expect(addDuration(new Date(ms), `P${months}M${weeks}W${days}DT${hours}H`, zone).getTime()).toBe(expected);
        },
      ),
      { numRuns: 500 },
    );
  });

  it('refuses text that is no duration', () => {
    expect(parseDuration('soon').ok).toBe(false);
    expect(() => addDuration(new Date(0), 'soon', 'UTC')).toThrow(RangeError);
  });
});

describe('a calendar day', () => {
  it.each([
    ['begins at local midnight', '2026-11-21', 'Europe/Moscow', '2026-11-20T21:00:00Z', '2026-11-21T21:00:00Z'],
    ['has 23 hours in spring', '2026-03-29', 'Europe/Berlin', '2026-03-28T23:00:00Z', '2026-03-29T22:00:00Z'],
    ['has 25 hours in autumn', '2026-10-25', 'Europe/Berlin', '2026-10-24T22:00:00Z', '2026-10-25T23:00:00Z'],
    [
      'begins at one where the clock skips midnight',
      '2026-04-24',
      'Africa/Cairo',
      '2026-04-23T22:00:00Z',
      '2026-04-24T21:00:00Z',
    ],
    [
      'is one of UTC where the zone is unknown',
      '2026-11-21',
      'Mars/Phobos',
      '2026-11-21T00:00:00Z',
      '2026-11-22T00:00:00Z',
    ],
  ])('%s', (_promise, day, zone, begins, ends) => {
    const [first, next] = [new Date(begins), new Date(ends)];
    expect(startOfDay(day, zone)).toEqual(first);
    expect([first, new Date(next.getTime() - 1)].map((at) => nextMidnight(at, zone))).toEqual([next, next]);
  });
});

describe("a person's zone", () => {
  it.each([
    ['their own', 'Asia/Tokyo', 'Europe/Moscow', 'Asia/Tokyo'],
    ["the store's when theirs is unknown", null, 'Europe/Moscow', 'Europe/Moscow'],
    ["the store's when theirs is no zone", 'Mars/Phobos', 'Europe/Moscow', 'Europe/Moscow'],
    ['UTC when neither is a zone', '', 'nowhere', 'UTC'],
  ])('is %s', (_promise, contact, store, expected) => {
    expect(zoneOf({ timezone: contact }, { timezone: store })).toBe(expected);
  });

  it('is one that the runtime knows', () => {
    expect([isZone('Europe/Moscow'), isZone('Europe/Atlantis')]).toEqual([true, false]);
  });

  it.each(['PST', 'IST', 'AST'])('is no name that Intl alone takes: %s means several zones', (name) => {
    expect(isZone(name)).toBe(false);
    expect(zoneOf({ timezone: name }, { timezone: 'Asia/Tokyo' })).toBe('Asia/Tokyo');
    expect(zoneOf({ timezone: null }, { timezone: name })).toBe('UTC');
    const at = new Date('2026-11-21T09:00:00Z');
    expect(addDuration(at, 'P1D', name)).toEqual(new Date('2026-11-22T09:00:00Z'));
  });
});
