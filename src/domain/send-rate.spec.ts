import { bucketOf, parseSendRate } from './send-rate.js';
import { warmUpLimit } from './warm-up.js';

describe('a provider rate', () => {
  it.each([
    ['10/s', 10, 1_000],
    ['600/m', 600, 60_000],
    ['5000/h', 5_000, 3_600_000],
    ['20000/d', 20_000, 86_400_000],
  ])('%s is read', (text, count, perMs) => {
    expect(parseSendRate(text)).toEqual({ letters: count, perMs });
  });

  it.each(['', '0/s', '10', '10/', '/s', '10/w', '-1/s', '1.5/s', '10 / s', '10/S', '99999999/s'])(
    '%j is refused',
    (text) => {
      expect(parseSendRate(text)).toBeNull();
    },
  );

  it('has a bucket of one second and a fifth, however slow it is', () => {
    expect(bucketOf({ letters: 600, perMs: 60_000 })).toEqual({ capacity: 12, reserve: 2, intervalMs: 100 });
    expect(bucketOf({ letters: 390, perMs: 60_000 })).toMatchObject({ capacity: 9, reserve: 2 });
    expect(bucketOf({ letters: 1, perMs: 60_000 })).toEqual({ capacity: 2, reserve: 1, intervalMs: 60_000 });
  });
});

describe('a warm-up plan', () => {
  const plan = { startsOn: '2026-12-30', firstDay: 50, growth: 1.5, days: 4 };

  it.each([
    ['2026-12-29', null],
    ['2026-12-30', 50],
    ['2026-12-31', 75],
    ['2027-01-01', 112],
    ['2027-01-02', 168],
    ['2027-01-03', null],
  ])('allows on %s at most %s letters', (day, limit) => {
    expect(warmUpLimit(plan, day)).toBe(limit);
  });

  it('stays a number however long it grows', () => {
    expect(warmUpLimit({ ...plan, growth: 10, days: 365 }, '2027-12-01')).toBe(1_000_000_000);
  });
});
