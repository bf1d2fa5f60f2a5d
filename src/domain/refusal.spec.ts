import { type Blamed, blamedBy } from './refusal.js';

/** In proportion it takes some milliseconds, in proportion to the square minutes. */
const LONGEST_MS = 2_000;

describe('a mail server’s refusal', () => {
  it.each<readonly [Blamed, string]>([
    ['recipient', '550 5.1.1 no such user'],
    ['recipient', 'smtp; 552 5.2.2 <a@b.example>: mailbox full'],
    ['recipient', '5.0.0 550 5.1.1 blocked by policy'],
    ['recipient', '551 5.7.17 the mailbox has another owner'],
    ['sender', '550 5.7.1 Service unavailable; client host [203.0.113.9] blocked'],
    ['sender', '550-5.7.26 this mail is unauthenticated'],
    ['sender', '553 5.1.8 the sender’s domain is unknown'],
    ['unsaid', '554 5.5.1 no valid recipients'],
  ])('is about the %s by its enhanced code: %s', (blamed, words) => expect(blamedBy(words)).toBe(blamed));

  it.each<readonly [Blamed, string]>([
    ['recipient', '550 No such user here'],
    ['recipient', '550 <a@b.example>: User unknown in virtual mailbox table'],
    ['recipient', '550 The recipient does not exist'],
    ['recipient', '550 <no-spam@relay.example> is not there: unknown user'],
    ['recipient', '553 5.0.0 no mailbox of that name'],
    ['sender', '550 relaying denied'],
    ['sender', '550 relay not permitted: unknown user'],
    ['sender', '554 Your host is on a blacklist'],
    ['sender', '550 rejected by local policy'],
    ['sender', '550 SPF check failed'],
    ['unsaid', '550'],
    ['unsaid', '550 no'],
    ['unsaid', '550 Requested action not taken: mailbox unavailable'],
  ])('without one is about the %s by what it says: %s', (blamed, words) => expect(blamedBy(words)).toBe(blamed));

  it('takes no host’s address for a code', () => {
    expect(blamedBy('550 no such user, said 5.7.1.9')).toBe('recipient');
    expect(blamedBy('550 no such user, said 15.7.1')).toBe('recipient');
  });

  it.each(['a', 'a@', '@', '5.', '5.7.1.', 'no ', ' '])('is read in proportion to words of nothing but %j', (part) => {
    const began = performance.now();
    blamedBy(part.repeat(100_000));
    expect(performance.now() - began).toBeLessThan(LONGEST_MS);
  });
});
