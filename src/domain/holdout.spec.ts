import fc from 'fast-check';
import { isHeldOut } from './holdout.js';

describe('the hold-out', () => {
  const nobody = { externalId: null, email: null, anonymousId: null };
  const people = Array.from({ length: 5_000 }, (_, i) => ({
    ...nobody,
    id: `0199a000-0000-7000-8000-${String(i).padStart(12, '0')}`,
  }));
  const share = (key: string, percent: number): number =>
    people.filter((person) => isHeldOut(person, key, percent)).length / people.length;

  it.each([5, 10, 50])('holds out %d percent of the people', (percent) => {
    expect(Math.abs(share('abandoned-cart', percent) - percent / 100)).toBeLessThan(0.02);
  });

  it('is nobody at 0 and everybody at 100', () => {
    expect([share('abandoned-cart', 0), share('abandoned-cart', 100)]).toEqual([0, 1]);
  });

  it('is of the same people in every release, to a hundredth of a percent', () => {
    const places = (percent: number) =>
      people.flatMap((person, place) => (isHeldOut(person, 'abandoned-cart', percent) ? [place] : []));
    expect(places(0.1)).toEqual([1018, 1550, 1638, 1802, 1905, 2547, 2956, 4409, 4948]);
    expect(places(0.29).filter((place) => !places(0.28).includes(place))).toEqual([566]);
  });

  it('is sticky, and a greater percent only adds people', () => {
    fc.assert(
      fc.property(fc.uuid(), fc.nat(100), fc.nat(100), (id, a, b) => {
        const [less, more] = [Math.min(a, b), Math.max(a, b)];
        const person = { ...nobody, id };
        if (isHeldOut(person, 'x', less)) expect(isHeldOut(person, 'x', more)).toBe(true);
      }),
    );
  });

  it.each([
    ['external id', { externalId: 'u-17', email: 'anna@example.com' }, { externalId: 'u-17', email: 'a@example.com' }],
    ['address', { email: 'anna@example.com' }, { email: 'anna@example.com' }],
    ['browser’s id', { anonymousId: 'b-7' }, { anonymousId: 'b-7' }],
  ])('holds out the same in a sandbox that was reset: it knows people by their %s', (_what, before, after) => {
    const keys = Array.from({ length: 100 }, (_, i) => `scenario-${i}`);
    const held = (person: object, id: string) => keys.filter((key) => isHeldOut({ ...nobody, ...person, id }, key, 50));
    expect(held(after, people[1]!.id)).toEqual(held(before, people[0]!.id));
  });

  it('is drawn for each scenario apart', () => {
    const both = people.filter(
      (person) => isHeldOut(person, 'abandoned-cart', 50) && isHeldOut(person, 'win-back', 50),
    ).length;
    expect(Math.abs(both / people.length - 0.25)).toBeLessThan(0.02);
  });
});
