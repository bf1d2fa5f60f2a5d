import fc from 'fast-check';
import { elapsedMs, parseDuration } from './duration.js';

describe('a duration', () => {
  it.each([
    ['PT45M', 'PT45M'],
    ['45 minutes', 'PT45M'],
    ['45 min', 'PT45M'],
    ['90 minutes', 'PT1H30M'],
    ['1 hr 30 mins 15 secs', 'PT1H30M15S'],
    ['2 hrs, 1 min and 1 sec', 'PT2H1M1S'],
    [' 2 days ', 'P2D'],
    ['1.5 hours', 'PT1H30M'],
    ['an hour', 'PT1H'],
    ['2 days', 'P2D'],
    ['2 Days', 'P2D'],
    ['a week', 'P1W'],
    ['1 month', 'P1M'],
    ['1 year, 2 months', 'P1Y2M'],
    ['1 day and 2 hours', 'P1DT2H'],
    ['1 day 2 hours 5 seconds', 'P1DT2H5S'],
    ['p2d', 'P2D'],
    ['PT48H', 'PT48H'],
    ['PT0.5S', 'PT0.5S'],
    ['0 minutes', 'PT0S'],
    ['P0D', 'PT0S'],
  ])('reads %s as %s', (text, iso) => {
    expect(parseDuration(text)).toMatchObject({ ok: true, iso });
  });

  it.each([
    '',
    'P',
    'PT',
    '2',
    'days',
    'soon',
    '-P1D',
    '-2 days',
    '2 days 3 days',
    '1.5 days',
    'P1.5M',
    'P1DT',
    '2 fortnights',
    'P999999Y',
    '99999999999 days',
    'PT0.0001S',
    '2  ',
    'P1D2H',
  ])('does not take %j', (text) => {
    expect(parseDuration(text)).toMatchObject({ ok: false });
  });

  it('is stored as ISO text that reads back as the same', () => {
    const amount = fc.integer({ min: 0, max: 90 });
    fc.assert(
      fc.property(amount, amount, amount, amount, amount, (days, months, hours, minutes, seconds) => {
        const parsed = parseDuration(`P${months}M${days}DT${hours}H${minutes}M${seconds}S`);
        expect(parsed.ok && parseDuration(parsed.iso)).toEqual(parsed);
      }),
    );
  });

  it('is no longer than somebody would write it: reading a long text would keep everybody else waiting', () => {
    expect(parseDuration(`${' '.repeat(300)}1 day and 2 hours `)).toMatchObject({ ok: true, iso: 'P1DT2H' });
    expect(parseDuration(`1 day${' '.repeat(200)}2 hours`)).toMatchObject({ ok: false });
  });

  it('never throws, whatever the text', () => {
    fc.assert(fc.property(fc.string(), (text) => typeof parseDuration(text).ok === 'boolean'));
  });
});

describe('a window', () => {
  it.each([
    ['P1D', 86_400_000],
    ['P2W', 14 * 86_400_000],
    ['PT90M', 5_400_000],
  ])('%s is %d ms: a day is 24 hours', (iso, ms) => {
    expect(elapsedMs(iso)).toBe(ms);
  });

  it.each(['P1M', 'P1Y', 'soon'])('cannot be %s', (iso) => {
    expect(() => elapsedMs(iso)).toThrow(RangeError);
  });
});
