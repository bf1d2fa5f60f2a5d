import { detectable, liftOf, type Group, type Stratum } from './lift.js';

const group = (people: number, buyers: number): Group => ({ people, buyers });
const rounded = (numbers: object | null): object =>
  Object.fromEntries(Object.entries(numbers ?? {}).map(([name, it]) => [name, Math.round(Number(it) * 1e4) / 1e4]));

/** A sequence that is the same in every run (mulberry32). */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

describe('the lift', () => {
  it('is the difference of two rates with the interval of the literature', () => {
    // Newcombe 1998, table II, column a of method 10: 56/70 and 48/80.
    expect(rounded(liftOf([{ letters: group(70, 56), heldOut: group(80, 48) }]))).toEqual({
      rate: 0.2,
      low: 0.0524,
      high: 0.3339,
      relative: 0.3333,
    });
    // Column g: 10/10 and 0/20, where the usual interval has no width.
    expect(rounded(liftOf([{ letters: group(10, 10), heldOut: group(20, 0) }]))).toMatchObject({
      rate: 1,
      low: 0.6791,
      high: 1,
    });
  });

  it('has no part of nothing, and is nothing while a side is empty', () => {
    expect(liftOf([{ letters: group(100, 5), heldOut: group(100, 0) }])?.relative).toBeNull();
    expect(liftOf([])).toBeNull();
    expect(liftOf([{ letters: group(100, 5), heldOut: group(0, 0) }])).toBeNull();
  });

  it('compares people of one percent with one another, though few were held out in good times and many in bad ones', () => {
    const good: Stratum = { letters: group(9_500, 1_900), heldOut: group(500, 100) };
    const bad: Stratum = { letters: group(5_000, 100), heldOut: group(5_000, 100) };
    expect(liftOf([good, bad])).toMatchObject({ rate: 0, relative: 0 });
    // Brought together at once they would tell of ten more buyers of a hundred.
    expect(2_000 / 14_500 - 200 / 5_500).toBeGreaterThan(0.1);
    const [together, apart] = [liftOf([good, bad])!, liftOf([good])!];
    expect(together.high - together.low).toBeLessThan(apart.high - apart.low);
  });

  it.each([
    ['letters that add nothing', 0],
    ['letters that add two buyers of a hundred', 0.02],
  ])('of %s lies within its interval in 93 to 97 of a hundred experiments', (_, added) => {
    const random = seeded(20_261_129);
    const draw = (people: number, rate: number): Group => {
      let buyers = 0;
      for (let i = 0; i < people; i++) if (random() < rate) buyers++;
      return group(people, buyers);
    };
    let covered = 0;
    for (let i = 0; i < 1_000; i++) {
      const strata = [
        { letters: draw(1_800, 0.05 + added), heldOut: draw(200, 0.05) },
        { letters: draw(400, 0.1 + added), heldOut: draw(100, 0.1) },
      ];
      const { low, high } = liftOf(strata)!;
      if (low <= added && added <= high) covered++;
    }
    expect(covered / 1_000).toBeGreaterThan(0.93);
    expect(covered / 1_000).toBeLessThan(0.97);
  });
});

describe('what can be detected', () => {
  it.each([
    [
      '12,411 people of whom 5 % buy, a tenth held out',
      { letters: group(11_170, 558), heldOut: group(1_241, 62) },
      0.0183,
    ],
    ['2,000 people, a fifth held out', { letters: group(1_600, 80), heldOut: group(400, 20) }, 0.0341],
  ])('by %s', (_, stratum, expected) => {
    expect(detectable([stratum])).toBeCloseTo(expected, 4);
  });

  it('is unknown before anybody is held out, and before anybody buys', () => {
    expect(detectable([])).toBeNull();
    expect(detectable([{ letters: group(100, 5), heldOut: group(0, 0) }])).toBeNull();
    expect(detectable([{ letters: group(100, 0), heldOut: group(10, 0) }])).toBeNull();
  });

  it('is unknown where so few people are compared that no difference of rates would show', () => {
    expect(detectable([{ letters: group(2, 1), heldOut: group(2, 1) }])).toBeNull();
    expect(detectable([{ letters: group(4, 2), heldOut: group(4, 2) }])).toBeCloseTo(0.9905, 4);
  });

  it('is what people of one percent show beside one another, as the lift compares them, and who is beside nobody adds nothing', () => {
    const many: Stratum = { letters: group(9_500, 950), heldOut: group(500, 50) };
    const half: Stratum = { letters: group(5_000, 500), heldOut: group(5_000, 500) };
    // 14,500 beside 5,500 would show 0.0133.
    expect(detectable([many, half])).toBeCloseTo(0.0154, 4);
    const alone: Stratum = { letters: group(100_000, 10_000), heldOut: group(0, 0) };
    expect(detectable([half, alone])).toBe(detectable([half]));
  });

  it('is seen in 78 to 82 of a hundred experiments, also where percent and times have changed', () => {
    const random = seeded(20_261_129);
    const draw = (people: number, rate: number): Group => {
      let buyers = 0;
      for (let i = 0; i < people; i++) if (random() < rate) buyers++;
      return group(people, buyers);
    };
    const added = detectable([
      { letters: group(2_850, 1_425), heldOut: group(150, 75) },
      { letters: group(1_000, 400), heldOut: group(1_000, 400) },
    ])!;
    let seen = 0;
    for (let i = 0; i < 1_000; i++) {
      const strata = [
        { letters: draw(2_850, 0.5 + added), heldOut: draw(150, 0.5) },
        { letters: draw(1_000, 0.4 + added), heldOut: draw(1_000, 0.4) },
      ];
      if (liftOf(strata)!.low > 0) seen++;
    }
    expect(seen / 1_000).toBeGreaterThan(0.78);
    expect(seen / 1_000).toBeLessThan(0.82);
  });
});
