import { ABANDONED_CART, problemsOf } from '../../../test/support/domain-builders.js';

const exitsWith = (patterns: readonly string[], expressions: number) => ({
  ...ABANDONED_CART,
  exits: Array.from({ length: expressions }, (_, i) => ({
    event: 'shop.visited',
    reason: `r${i}`,
    when: patterns.map((pattern) => `like(event.data.text, '${pattern}')`).join(' || '),
  })),
  goals: [],
});

describe('the patterns of a scenario', () => {
  it('are refused, and not even compiled, where they have become too large together', () => {
    const problems = problemsOf(exitsWith(Array<string>(20).fill('((x?){30}){33}'), 50));
    expect(new Set(problems.map(({ code }) => code))).toEqual(new Set(['too_complex']));
    expect(problems[0]!.detail).toMatch(/patterns of the scenario/);
    // Those before it are no problem, and of those behind it none was looked at.
    expect(problems.length).toBeGreaterThan(900);
    expect(problems.length).toBeLessThan(1_000);
  });

  it('may be very many where none of them repeats without measure', () => {
    const patterns = ['(?i)^summer', 'sale|discount', '^[A-Z]{2}-[0-9]{4,8}$', '(?i)gift.{0,20}card'];
    expect(problemsOf(exitsWith(patterns, 50))).toEqual([]);
  });
});
