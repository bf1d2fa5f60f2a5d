import { jsonProblem, parsedJsonProblem, USUAL_LIMITS } from './json-limits.js';

const nested = (depth: number): unknown => JSON.parse('{"a":'.repeat(depth) + '1' + '}'.repeat(depth));
const findings = (text: string) => parsedJsonProblem(JSON.parse(text), text, USUAL_LIMITS);

describe('a JSON body', () => {
  it.each([
    ['a plain event', '{"type":"cart.updated","data":{"total":5980,"items":[{"title":"Пальто"}]}}'],
    ['16 levels', JSON.stringify(nested(16))],
    ['500 keys', JSON.stringify(Object.fromEntries(Array.from({ length: 500 }, (_, i) => [`k${i}`, i])))],
    ['a text of 16 KiB', JSON.stringify({ a: 'x'.repeat(16_384) })],
    ['a whole surrogate pair, escaped', '{"a":"\\ud83d\\ude00"}'],
    ['an escaped quote', '{"a":"\\u0022"}'],
    ['the largest double', '[1.7976931348623157e308]'],
  ])('may be %s', (_, text) => {
    expect(findings(text)).toBeNull();
  });

  it.each([
    ['17 levels', JSON.stringify(nested(17)), 'too_deep', '/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a'],
    [
      '501 keys',
      JSON.stringify(Object.fromEntries(Array.from({ length: 501 }, (_, i) => [`k${i}`, i]))),
      'too_many_keys',
      '',
    ],
    ['501 keys in many objects', JSON.stringify(Array.from({ length: 501 }, () => ({ a: 1 }))), 'too_many_keys', ''],
    ['a text beyond 16 KiB', JSON.stringify({ a: ['x'.repeat(16_385)] }), 'too_long', '/a/0'],
    ['a text of few but wide letters', JSON.stringify({ a: '€'.repeat(5_462) }), 'too_long', '/a'],
    ['a key beyond 16 KiB', JSON.stringify({ ['x'.repeat(16_385)]: 1 }), 'too_long', `/${'x'.repeat(16_385)}`],
    ['NUL', '{"a":"x\\u0000"}', 'nul', '/a'],
    ['NUL in a key', '{"x\\u0000":1}', 'nul', '/x\u0000'],
    ['half a surrogate pair', '{"a":"\\ud800"}', 'lone_surrogate', '/a'],
    ['a pair the wrong way round', '{"a":"\\ude00\\ud83d"}', 'lone_surrogate', '/a'],
    ['__proto__', '{"data":{"__proto__":{"admin":true}}}', 'forbidden_key', '/data/__proto__'],
    ['__proto__, escaped', '{"data":{"__pro\\u0074o__":1}}', 'forbidden_key', '/data/__proto__'],
    ['constructor', '{"constructor":1}', 'forbidden_key', '/constructor'],
    ['prototype in a list', '[{"prototype":1}]', 'forbidden_key', '/0/prototype'],
    ['a number beyond a double', '{"total":1e400}', 'number_too_large', '/total'],
    ['a negative one', '[-1e400]', 'number_too_large', '/0'],
    ['a pointer with / and ~', '{"a/b~":1e400}', 'number_too_large', '/a~1b~0'],
  ])('may not be %s', (_, text, code, pointer) => {
    expect(findings(text)).toMatchObject({ code, pointer });
  });

  it('is looked into as thoroughly when its text is not at hand', () => {
    expect(jsonProblem({ a: '\u0000' })).toMatchObject({ code: 'nul' });
    expect(jsonProblem({ a: '\ud800' })).toMatchObject({ code: 'lone_surrogate' });
  });

  it('of a depth that would overflow a stack is refused and not followed', () => {
    expect(findings('['.repeat(100_000) + ']'.repeat(100_000))).toMatchObject({ code: 'too_deep' });
  });
});
