import { advanceTarget, withinTime } from './advance-target.js';

const NOW = new Date('2026-10-24T09:00:00Z');
const target = (by: string, zone = 'UTC'): string => advanceTarget({ by }, NOW, zone).toISOString();

describe("how far a sandbox's clock moves", () => {
  it('takes plain words and ISO 8601, also no time at all', () => {
    expect(target('45 minutes')).toBe('2026-10-24T09:45:00.000Z');
    expect(target('PT0S')).toBe('2026-10-24T09:00:00.000Z');
  });

  it("counts days by the store's calendar: a night with an hour more is longer", () => {
    expect(target('2 days', 'Europe/Berlin')).toBe('2026-10-26T10:00:00.000Z');
  });

  it("covers 400 days of the store's calendar, also when they begin in summer and end in winter, and not a second more", () => {
    const summer = new Date('2026-10-01T10:00:00Z');
    const end = new Date('2027-11-05T11:00:00Z');
    expect(advanceTarget({ by: '400 days' }, summer, 'Europe/Berlin')).toEqual(end);
    expect(advanceTarget({ to: end.toISOString() }, summer, 'Europe/Berlin')).toEqual(end);
    expect(() => advanceTarget({ by: '400 days 1 second' }, summer, 'Europe/Berlin')).toThrow('at most 400 days');
  });

  it('takes an instant, the present one included', () => {
    expect(advanceTarget({ to: NOW.toISOString() }, NOW, 'UTC')).toEqual(NOW);
  });

  it.each([
    [{ to: '2026-10-24T08:59:59Z' }, 'before_now'],
    [{ to: '2027-12-24T09:00:00Z' }, 'too_far'],
    [{ by: '401 days' }, 'too_far'],
    [{ by: 'soon' }, 'invalid_duration'],
    [{}, 'by_or_to'],
    [{ by: 'PT1H', to: '2026-10-24T10:00:00Z' }, 'by_or_to'],
  ])('refuses %j as %s', (request, code) => {
    const refusal = (): unknown => {
      try {
        return advanceTarget(request, NOW, 'UTC');
      } catch (error) {
        return error;
      }
    };
    expect(refusal()).toMatchObject({ code, status: 422 });
  });

  it('ends with the year 9899, where waits of years can still be written', () => {
    const eve = new Date('9899-12-31T23:00:00Z');
    expect(advanceTarget({ by: '59 minutes' }, eve, 'UTC')).toEqual(new Date('9899-12-31T23:59:00Z'));
    expect(() => advanceTarget({ by: '1 hour' }, eve, 'UTC')).toThrow('year 9899');
    expect(() => withinTime(new Date('9999-12-31T23:59:59Z'), '/now')).toThrow('year 9899');
  });
});
