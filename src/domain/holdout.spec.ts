import fc from 'fast-check';
import { isHeldOut } from './holdout.js';

describe('the hold-out', () => {
  const ids = Array.from({ length: 5_000 }, (_, i) => `0199a000-0000-7000-8000-${String(i).padStart(12, '0')}`);
  const share = (key: string, percent: number): number =>
    ids.filter((id) => isHeldOut(id, key, percent)).length / ids.length;

  it.each([5, 10, 50])('holds out %d percent of the people', (percent) => {
    expect(Math.abs(share('abandoned-cart', percent) - percent / 100)).toBeLessThan(0.02);
  });

  it('is nobody at 0 and everybody at 100', () => {
    expect([share('abandoned-cart', 0), share('abandoned-cart', 100)]).toEqual([0, 1]);
  });

  it('is of the same people in every release, to a hundredth of a percent', () => {
    const places = (percent: number) =>
      ids.flatMap((id, place) => (isHeldOut(id, 'abandoned-cart', percent) ? [place] : []));
    expect(places(0.1)).toEqual([1018, 1550, 1638, 1802, 1905, 2547, 2956, 4409, 4948]);
    expect(places(0.29).filter((place) => !places(0.28).includes(place))).toEqual([566]);
  });

  it('is sticky, and a greater percent only adds people', () => {
    fc.assert(
      fc.property(fc.uuid(), fc.nat(100), fc.nat(100), (id, a, b) => {
        const [less, more] = [Math.min(a, b), Math.max(a, b)];
        if (isHeldOut(id, 'x', less)) expect(isHeldOut(id, 'x', more)).toBe(true);
      }),
    );
  });

  it('is drawn for each scenario apart', () => {
    const both = ids.filter((id) => isHeldOut(id, 'abandoned-cart', 50) && isHeldOut(id, 'win-back', 50)).length;
    expect(Math.abs(both / ids.length - 0.25)).toBeLessThan(0.02);
  });
});
