import { contactFilter } from './contact-lookup.js';

describe('the filter of a list by a person', () => {
  it.each([undefined, 'Anna+shop@Example.com', '01a22fa9-3fd6-769d-801d-a0092a6f585c'])('takes %s', (value) => {
    expect(contactFilter(value)).toBe(value);
  });

  it.each([
    ['an address whose + came as a space', 'anna shop@example.com'],
    ['the id that the shop has for a person', 'u-17'],
    ['nothing', ''],
    ['two persons', ['a@example.com', 'b@example.com']],
  ])('refuses %s, which would find an empty list, and says how to name somebody', (_what, value) => {
    expect(() => contactFilter(value)).toThrow(
      'contact must be given once, as an e-mail address (its + is %2B in a URL) or as the id that we gave the contact',
    );
  });
});
