import { createHmac, createSecretKey, randomBytes } from 'node:crypto';
import { hmacSha256 } from './hmac-sha256.js';

describe('HMAC-SHA256 by one-shot hashes', () => {
  it.each([0, 1, 32, 63, 64, 65, 200])('is what createHmac says, for a key of %i bytes', (length) => {
    const key = randomBytes(length);
    for (const size of [0, 1, 63, 64, 150, 5_000, 20_000, 10]) {
      const message = randomBytes(size);
      const expected = createHmac('sha256', key).update(message).digest('hex');
      expect(hmacSha256(key, message).toString('hex')).toBe(expected);
      expect(hmacSha256(createSecretKey(key), message).toString('hex')).toBe(expected);
    }
  });
});
