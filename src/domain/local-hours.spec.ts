import fc from 'fast-check';
import { Temporal } from 'temporal-polyfill';
import { isQuiet, type LocalHours, nextOpening } from './local-hours.js';

const NIGHT = { from: '21:00', to: '09:00' };
const opening = (at: string, zone: string, hours: Partial<LocalHours>) =>
  nextOpening(new Date(at), zone, { quiet: null, window: null, ...hours })?.toISOString() ?? null;

describe('the next allowed hour', () => {
  it.each<[string, string, string, Partial<LocalHours>, string | null]>([
    ['is now by day', '2026-11-21T12:00:00.000Z', 'Europe/Moscow', { quiet: NIGHT }, '2026-11-21T12:00:00.000Z'],
    [
      'is the next morning in the evening',
      '2026-11-21T18:00:00.000Z',
      'Europe/Moscow',
      { quiet: NIGHT },
      '2026-11-22T06:00:00.000Z',
    ],
    [
      'is the same morning after midnight',
      '2026-11-21T22:30:00.000Z',
      'Europe/Moscow',
      { quiet: NIGHT },
      '2026-11-22T06:00:00.000Z',
    ],
    [
      'is now at the very end',
      '2026-11-22T06:00:00.000Z',
      'Europe/Moscow',
      { quiet: NIGHT },
      '2026-11-22T06:00:00.000Z',
    ],
    [
      'is now just before they begin',
      '2026-11-21T17:59:59.999Z',
      'Europe/Moscow',
      { quiet: NIGHT },
      '2026-11-21T17:59:59.999Z',
    ],
    [
      'follows hours within a day',
      '2026-11-21T12:30:00.000Z',
      'UTC',
      { quiet: { from: '12:00', to: '14:00' } },
      '2026-11-21T14:00:00.000Z',
    ],
    [
      'is now where the hours are none',
      '2026-11-21T12:00:00.000Z',
      'UTC',
      { quiet: { from: '12:00', to: '12:00' } },
      '2026-11-21T12:00:00.000Z',
    ],
    [
      'keeps the local hour over the spring change',
      '2026-03-28T21:00:00.000Z',
      'Europe/Berlin',
      { quiet: NIGHT },
      '2026-03-29T07:00:00.000Z',
    ],
    [
      'keeps the local hour over the autumn change',
      '2026-10-24T21:00:00.000Z',
      'Europe/Berlin',
      { quiet: NIGHT },
      '2026-10-25T08:00:00.000Z',
    ],
    [
      'is the change itself when the clock skips the end',
      '2026-03-28T23:00:00.000Z',
      'Europe/Berlin',
      { quiet: { from: '22:00', to: '02:30' } },
      '2026-03-29T01:00:00.000Z',
    ],
    [
      'is quiet again in a repeated hour',
      '2026-10-25T01:00:00.000Z',
      'Europe/Berlin',
      { quiet: { from: '22:00', to: '02:30' } },
      '2026-10-25T01:30:00.000Z',
    ],
    [
      'is the window’s beginning',
      '2026-11-21T03:00:00.000Z',
      'Europe/Moscow',
      { window: { from: '10:00', to: '20:00' } },
      '2026-11-21T07:00:00.000Z',
    ],
    [
      'is tomorrow’s at the window’s end',
      '2026-11-21T17:00:00.000Z',
      'Europe/Moscow',
      { window: { from: '10:00', to: '20:00' } },
      '2026-11-22T07:00:00.000Z',
    ],
    [
      'is on one of the window’s days',
      '2026-11-21T12:00:00.000Z',
      'UTC',
      { window: { days: ['tue'], from: '10:00', to: '20:00' } },
      '2026-11-24T10:00:00.000Z',
    ],
    [
      'is midnight before a whole day',
      '2026-11-21T12:00:00.000Z',
      'UTC',
      { window: { days: ['sun'], from: '00:00', to: '24:00' } },
      '2026-11-22T00:00:00.000Z',
    ],
    [
      'is a week later where the clock skips the window',
      '2026-03-22T02:00:00.000Z',
      'Europe/Berlin',
      { window: { days: ['sun'], from: '02:00', to: '03:00' } },
      '2026-04-05T00:00:00.000Z',
    ],
    [
      'is outside quiet hours and inside the window',
      '2026-11-21T03:00:00.000Z',
      'UTC',
      { quiet: NIGHT, window: { from: '08:00', to: '20:00' } },
      '2026-11-21T09:00:00.000Z',
    ],
    [
      'does not exist in a window that is all quiet',
      '2026-11-21T12:00:00.000Z',
      'UTC',
      { quiet: NIGHT, window: { from: '22:00', to: '23:00' } },
      null,
    ],
  ])('%s', (_promise, at, zone, hours, expected) => {
    expect(opening(at, zone, hours)).toBe(expected);
  });

  it('is on the window’s day, whichever of the week that is', () => {
    const days = ['sat', 'sun', 'mon', 'tue', 'wed', 'thu', 'fri'] as const;
    const found = days.map((day) =>
      opening('2026-11-21T05:00:00.000Z', 'UTC', { window: { days: [day], from: '10:00', to: '20:00' } }),
    );
    expect(found).toEqual(days.map((_, i) => `2026-11-${21 + i}T10:00:00.000Z`));
  });

  const zones = fc.constantFrom(
    'Europe/Moscow',
    'Europe/Berlin',
    'America/New_York',
    'Australia/Lord_Howe',
    'Asia/Kathmandu',
  );
  const time = fc.tuple(fc.nat(23), fc.nat(59)).map((parts) => parts.map((n) => String(n).padStart(2, '0')).join(':'));
  const instants = fc.date({ min: new Date('2026-01-01'), max: new Date('2027-12-31'), noInvalidDate: true });

  it('is never inside quiet hours, never before now, and now only when now is allowed', () => {
    fc.assert(
      fc.property(instants, zones, time, time, (at, zone, from, to) => {
        const found = nextOpening(at, zone, { quiet: { from, to }, window: null })!;
        const clock = Temporal.Instant.fromEpochMilliseconds(found.getTime())
          .toZonedDateTimeISO(zone)
          .toPlainTime()
          .toString();
        const inside = from <= to ? clock >= from && clock < to : clock >= from || clock < to;
        expect(inside).toBe(false);
        expect(found.getTime() === at.getTime()).toBe(!isQuiet(at, zone, { from, to }));
        expect(found.getTime()).toBeGreaterThanOrEqual(at.getTime());
      }),
    );
  });

  it('leaves no allowed minute out', () => {
    fc.assert(
      fc.property(instants, zones, time, time, (at, zone, from, to) => {
        const quiet = { from, to };
        const found = nextOpening(at, zone, { quiet, window: null })!;
        for (let ms = at.getTime(); ms < found.getTime(); ms += 60_000)
          expect(isQuiet(new Date(ms), zone, quiet)).toBe(true);
      }),
      { numRuns: 30 },
    );
  });
});
