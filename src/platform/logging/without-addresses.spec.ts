import { withoutAddresses } from './without-addresses.js';

/** In proportion it takes some milliseconds, in proportion to the square minutes. */
const LONGEST_MS = 2_000;

describe('what is logged of somebody else’s words', () => {
  it.each([
    ['550 5.1.1 <anna@example.com>: no such user', '550 5.1.1 <…>: no such user'],
    ['Key (email)=(Anna.B+c@mail.example.com) exists', 'Key (email)=(…) exists'],
    ['to:анна@почта.рф refused', 'to:… refused'],
    ['invalid input "anna@localhost"', 'invalid input "…"'],
    ['SG.abc-DEF.123_x is not valid', '… is not valid'],
    ['Authorization: Bearer tm_live_ABCDEFGHIJ_secret', 'Authorization: …'],
    ['tm_bounces_01a2_x-y wrong', '… wrong'],
  ])('%s', (text, expected) => {
    expect(withoutAddresses(text)).toBe(expected);
  });

  it.each([
    'Error: x\n    at Module.f (/srv/app/node_modules/@nestjs/core/router.js:12:5)',
    'typeorm@1.1.0 is loaded',
    'duplicate key value violates unique constraint "event_keys_pkey"',
  ])('stays as it is: %s', (text) => {
    expect(withoutAddresses(text)).toBe(text);
  });

  it.each(['a', 'a@', '@', '1@a', 'a@b.c1.'])('takes time in proportion to a text of nothing but %s', (part) => {
    const began = performance.now();
    withoutAddresses(part.repeat(100_000));
    expect(performance.now() - began).toBeLessThan(LONGEST_MS);
  });
});
