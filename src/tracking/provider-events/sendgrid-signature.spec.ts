import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import fc from 'fast-check';
import { isSigned, keyText, verificationKey } from './sendgrid-signature.js';

const NOW = new Date('2026-11-21T12:00:00Z');
const SECONDS = Math.floor(NOW.getTime() / 1_000);
const WINDOW_MS = 25 * 3_600_000;
const BODY = Buffer.from('[{"event":"delivered"}]\r\n');
const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const other = generateKeyPairSync('ec', { namedCurve: 'P-256' });

const signed = (body: Buffer, timestamp: string, key: KeyObject = pair.privateKey): string =>
  sign('sha256', Buffer.concat([Buffer.from(timestamp), body]), key).toString('base64');
const checks = (change: { body?: Buffer; signature?: unknown; timestamp?: unknown } = {}): boolean =>
  isSigned(
    { body: BODY, signature: signed(BODY, String(SECONDS)), timestamp: String(SECONDS), ...change },
    pair.publicKey,
    NOW,
    WINDOW_MS,
  );

describe('a signed webhook', () => {
  it('is believed over the very bytes that came', () => {
    expect(checks()).toBe(true);
    expect(checks({ body: Buffer.from('[{"event":"delivered"}]\n') })).toBe(false);
  });

  it('is not believed with another key’s signature or another instant', () => {
    expect(checks({ signature: signed(BODY, String(SECONDS), other.privateKey) })).toBe(false);
    expect(checks({ timestamp: String(SECONDS - 1) })).toBe(false);
  });

  it('is believed for the whole window and not a second longer, nor from the future', () => {
    const at = (seconds: number): boolean =>
      checks({ timestamp: String(seconds), signature: signed(BODY, String(seconds)) });
    expect(at(SECONDS - 25 * 3_600)).toBe(true);
    expect(at(SECONDS - 25 * 3_600 - 1)).toBe(false);
    expect(at(SECONDS + 300)).toBe(true);
    expect(at(SECONDS + 301)).toBe(false);
  });

  it('is refused, and nothing is thrown, whatever stands in its headers', () => {
    const anything = fc.oneof(
      fc.string(),
      fc.base64String(),
      fc.constantFrom(undefined, null, '', 'MEUCIQ==', ['a', 'b'], 'A'.repeat(10_000)),
    );
    fc.assert(fc.property(anything, (signature) => !checks({ signature })));
    fc.assert(fc.property(anything, (timestamp) => !checks({ timestamp })));
  });
});

describe('a verification key', () => {
  const spki = keyText(pair.publicKey);

  it('is taken as SendGrid shows it, with PEM armour or line breaks too', () => {
    expect(verificationKey(spki)?.equals(pair.publicKey)).toBe(true);
    expect(verificationKey(pair.publicKey.export({ format: 'pem', type: 'spki' }).toString())).not.toBeNull();
  });

  it('is nothing else', () => {
    const p384 = generateKeyPairSync('ec', { namedCurve: 'P-384' }).publicKey;
    const rsa = generateKeyPairSync('rsa', { modulusLength: 1_024 }).publicKey;
    for (const text of ['', 'abc', spki.slice(0, -8), keyText(p384), keyText(rsa), '💥'.repeat(50)])
      expect(verificationKey(text)).toBeNull();
  });
});
