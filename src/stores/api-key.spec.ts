import { formatApiKey, hashSecret, newApiKey, parseApiKey } from './api-key.js';

describe('an API key', () => {
  it('tells its mode and keeps its parts', () => {
    const key = newApiKey('sandbox');
    const text = formatApiKey(key);
    expect(text).toMatch(/^tm_test_[A-Za-z0-9]{10}_[A-Za-z0-9_-]{43}$/);
    expect(parseApiKey(text)).toEqual(key);
    expect(formatApiKey(newApiKey('live'))).toMatch(/^tm_live_/);
  });

  it.each([
    '',
    'tm_live_',
    'tm_prod_abcdefghij_' + 'x'.repeat(43),
    'tm_live_short_' + 'x'.repeat(43),
    'tm_live_abcdefghij_' + 'x'.repeat(44),
    'Bearer x',
  ])('is not %j', (text) => {
    expect(parseApiKey(text)).toBeNull();
  });

  it('is stored as a hash that does not hold the secret', () => {
    const { secret } = newApiKey('live');
    expect(hashSecret(secret)).toHaveLength(32);
    expect(hashSecret(secret).toString('base64url')).not.toContain(secret);
  });

  it('is known again by the hash that was stored years ago: SHA-256 of its secret (FIPS 180-4, the example of “abc”)', () => {
    expect(hashSecret('abc').toString('hex')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
  });
});
