import { ABANDONED_CART, problemsOf } from '../../../test/support/domain-builders.js';

function told(when: string): readonly string[] {
  const trigger = { type: 'event', event: 'cart.updated', when };
  return problemsOf({ ...ABANDONED_CART, trigger, exits: [] }).map(({ code, detail }) => `${code}: ${detail}`);
}

describe('a condition that cannot be read says where, and what to write', () => {
  it.each([
    ['a word for &&', 'event.total > 5 AND true', 'write && for "and" (at character 17)'],
    ['a word for ||', 'event.total > 5 or true', 'write || for "or" (at character 17)'],
    ['a word for !', 'not true', 'write ! for "not" (at character 5)'],
    ['half of &&', 'true & true', 'write && for "and" (at character 6)'],
    ['half of ||', 'true | true', 'write || for "or" (at character 6)'],
    ['one = for two', 'event.total = 5', 'write == for "is" (at character 13)'],
    ['three = for two', 'event.total === 5', 'write == for "is" (at character 15)'],
    ['another language’s unequal', 'event.total <> 5', 'write != for "is not" (at character 14)'],
    ['"at least" the other way round', 'event.total => 5', 'write >= for "at least" (at character 13)'],
    ['"at most" the other way round', 'event.total =< 5', 'write <= for "at most" (at character 13)'],
    [
      'quotes of a word processor',
      'event.cartId == “81”',
      `write texts in straight quotes, 'so' or "so" (at character 17)`,
    ],
    [
      'quotes of a Russian one',
      'event.cartId == «81»',
      `write texts in straight quotes, 'so' or "so" (at character 17)`,
    ],
    ['a text without its end', 'event.cartId == "81', 'the text that begins at character 17 is not closed'],
    ['a comparison with nothing', 'event.total >', 'ends too early'],
    ['an open parenthesis', '(event.total > 5', 'ends too early: a ) is missing'],
    ['a word too much', 'event.total больше 5', 'больше at character 13 cannot be read: Unexpected character: б'],
  ])('for %s', (_what, when, detail) => {
    expect(told(when)).toEqual([`syntax_error: ${detail}`]);
  });

  it.each([
    ['event.currency > 5', 'does not fit together: text > number'],
    ['event.total + 1', 'gives number, not true or false'],
    ['event.items > 0', 'does not fit together: list > number'],
    ['bought(7)', 'bought() takes a text, not number'],
    ["like(event.total, '5')", 'like() takes a text, not number'],
    ['size(event.total) > 1', 'does not fit together: size(number)'],
    ['string(event.items) == ""', 'does not fit together: string(list)'],
    ["contact.tags.contains('vip')", 'a list is asked by in: "vip" in contact.tags'],
    ['event.total > null', 'does not fit together: value > null'],
    ['event.items.exists(i)', 'exists() takes a name and an expression'],
  ])('and one whose types do not fit names them as people do: %s', (when, detail) => {
    expect(told(when)).toEqual([`type_error: ${detail}`]);
  });
});
