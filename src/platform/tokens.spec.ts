import fc from 'fast-check';
import { createHmac } from 'node:crypto';
import {
  signedToken,
  signToken,
  type TokenClaims,
  type TokenPurpose,
  tokenChars,
  tokenMac,
  verifyToken,
} from './tokens.js';

const KEY = { keyId: 'k1', key: Buffer.alloc(32, 7) };
const keyOf = (keyId: string): Uint8Array | undefined => (keyId === KEY.keyId ? KEY.key : undefined);

const aUrl = fc.webUrl({ withQueryParameters: true }).filter((url) => Buffer.byteLength(url) < 4_000);
const aClick: fc.Arbitrary<TokenClaims> = fc.record({
  purpose: fc.constant('click' as const),
  environmentId: fc.uuid(),
  messageId: fc.uuid(),
  linkIndex: fc.integer({ min: 0, max: 65_535 }),
  url: aUrl,
});
const CLICK: TokenClaims = {
  purpose: 'click',
  environmentId: '01890000-0000-7000-8000-000000000001',
  messageId: '01890000-0000-7000-8000-000000000002',
  linkIndex: 3,
  url: 'https://shop.example/cart/81?a=1&b=кот',
};

describe('a token', () => {
  it('says what was signed', () => {
    fc.assert(
      fc.property(aClick, (claims) => {
        expect(verifyToken(signToken(KEY, claims), 'click', keyOf)).toEqual({ ok: true, claims });
      }),
    );
  });

  // Letters lie in mailboxes for years: what is signed today has to be read by every later release.
  it.each<[TokenPurpose, string]>([
    ['open', 'AQABiQAAAABwAIAAAAAAAAABAYkAAAAAcACAAAAAAAAAAgAAAmsxO8UAExNuJbmd1gTa44yWVg'],
    [
      'click',
      'AQEBiQAAAABwAIAAAAAAAAABAYkAAAAAcACAAAAAAAAAAgADAmsxaHR0cHM6Ly9zaG9wLmV4YW1wbGUvY2FydC84MT9hPTEmYj3QutC-0YL33B0SFBIoWH0zTWPgyf7I',
    ],
    ['unsubscribe', 'AQIBiQAAAABwAIAAAAAAAAABAYkAAAAAcACAAAAAAAAAAgAAAmsxGjBJHjHvtZ7oOSI0DQBIDA'],
    ['preferences', 'AQMBiQAAAABwAIAAAAAAAAABAYkAAAAAcACAAAAAAAAAAgAAAmsxklNYNh093G2x5aXsQOrv8w'],
    ['view', 'AQQBiQAAAABwAIAAAAAAAAABAYkAAAAAcACAAAAAAAAAAgAAAmsxg6yEZu5Gw1QUE7BlYpqFDQ'],
    ['confirm', 'AQUBiQAAAABwAIAAAAAAAAABAYkAAAAAcACAAAAAAAAAAgAAAmsxsUHMKNxs5vGXwKB6CF0Pxw'],
  ])('of %s in a letter sent long ago is still one', (purpose, token) => {
    const claims = purpose === 'click' ? CLICK : { ...CLICK, purpose, linkIndex: 0, url: '' };
    expect(verifyToken(token, purpose, keyOf)).toEqual({ ok: true, claims });
    expect(signToken(KEY, claims)).toBe(token);
  });

  it('fits into a path segment', () => {
    expect(signToken(KEY, CLICK)).toMatch(/^[\w-]{20,8192}$/);
  });

  it('is refused when any of its characters is another', () => {
    const token = signToken(KEY, CLICK);
    fc.assert(
      fc.property(fc.nat(token.length - 1), fc.constantFrom(...'ABCxyz019-_'), (at, char) => {
        fc.pre(token[at] !== char);
        expect(verifyToken(token.slice(0, at) + char + token.slice(at + 1), 'click', keyOf).ok).toBe(false);
      }),
      { numRuns: 500 },
    );
  });

  it('is refused when something is appended, cut off or padded', () => {
    const token = signToken(KEY, CLICK);
    for (const altered of [
      `${token}A`,
      `${token}=`,
      `${token} `,
      `${token}?url=x`,
      token.slice(0, -1),
      token.slice(0, 20),
      token.slice(1),
      '',
    ])
      expect(verifyToken(altered, 'click', keyOf).ok).toBe(false);
  });

  it('cannot lend its signature to other claims', () => {
    const mac = (token: string): Buffer => Buffer.from(token, 'base64url').subarray(-16);
    const signed = mac(signToken(KEY, CLICK));
    for (const changed of [
      { linkIndex: 4 },
      { environmentId: '01890000-0000-7000-8000-000000000009' },
      { messageId: '01890000-0000-7000-8000-000000000009' },
      { url: 'https://evil.example/' },
    ]) {
      const body = Buffer.from(signToken(KEY, { ...CLICK, ...changed }), 'base64url').subarray(0, -16);
      const forged = Buffer.concat([body, signed]).toString('base64url');
      expect(verifyToken(forged, 'click', keyOf)).toEqual({ ok: false, reason: 'bad_signature' });
    }
  });

  it('is good for its own purpose only', () => {
    const view = signToken(KEY, { ...CLICK, purpose: 'view', linkIndex: 0, url: '' });
    expect(verifyToken(view, 'unsubscribe', keyOf)).toEqual({ ok: false, reason: 'wrong_purpose' });
  });

  it('is refused where it says what none of today says, though its signature holds', () => {
    const resigned = (claims: TokenClaims, at: number, byte: number): string => {
      const body = Buffer.from(signToken(KEY, claims), 'base64url').subarray(0, -16);
      body[at] = byte;
      const mac = createHmac('sha256', KEY.key).update(body).digest().subarray(0, 16);
      return Buffer.concat([body, mac]).toString('base64url');
    };
    const view: TokenClaims = { ...CLICK, purpose: 'view', linkIndex: 0, url: '' };
    const malformed = { ok: false, reason: 'malformed' };
    expect(verifyToken(resigned(CLICK, 0, 2), 'click', keyOf)).toEqual(malformed); // another format
    expect(verifyToken(resigned(CLICK, 1, 0), 'open', keyOf)).toEqual(malformed); // a pixel with an address
    expect(verifyToken(resigned(view, 1, 1), 'click', keyOf)).toEqual(malformed); // a click without one
    expect(verifyToken(resigned(view, 36, 200), 'view', keyOf)).toEqual(malformed); // a key's id beyond its end
  });

  it('ends with its key', () => {
    expect(verifyToken(signToken(KEY, CLICK), 'click', () => undefined)).toEqual({ ok: false, reason: 'unknown_key' });
    expect(verifyToken(signToken(KEY, CLICK), 'click', () => Buffer.alloc(32, 8))).toEqual({
      ok: false,
      reason: 'bad_signature',
    });
  });

  it('never carries an address that is not http or https', () => {
    for (const url of ['javascript:alert(1)', '//evil.example', 'data:text/html,x', ''])
      expect(() => signToken(KEY, { ...CLICK, url })).toThrow(RangeError);
  });

  it('is not made of what does not fit into it', () => {
    const url = (path: string) => ({ ...CLICK, url: `https://shop.example/${path}` });
    const places = [-1, 65_536].map((linkIndex) => ({ ...CLICK, linkIndex }));
    for (const claims of [url('a'.repeat(5_000)), url('я'.repeat(2_500)), ...places])
      expect(() => signToken(KEY, claims)).toThrow(RangeError);
    for (const keyId of ['', 'k'.repeat(33)]) expect(() => signToken({ ...KEY, keyId }, CLICK)).toThrow(RangeError);
    expect(verifyToken(signToken(KEY, url('я'.repeat(2_400))), 'click', keyOf).ok).toBe(true);
  });

  it('can be put together again from its signature, and its length is known before', () => {
    fc.assert(
      fc.property(aClick, (claims) => {
        const token = signToken(KEY, claims);
        expect(signedToken(KEY.keyId, claims, tokenMac(KEY, claims))).toBe(token);
        expect(tokenChars(KEY.keyId, Buffer.byteLength(claims.url))).toBe(token.length);
      }),
    );
    for (const mac of ['short', `${tokenMac(KEY, CLICK)}A`])
      expect(() => signedToken(KEY.keyId, CLICK, mac)).toThrow(RangeError);
  });

  it('survives any text that claims to be one', () => {
    fc.assert(fc.property(fc.string({ maxLength: 300 }), (text) => !verifyToken(text, 'click', keyOf).ok));
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 50, maxLength: 200 }), (bytes) => {
        bytes[0] = 1;
        expect(verifyToken(Buffer.from(bytes).toString('base64url'), 'click', keyOf).ok).toBe(false);
      }),
    );
  });
});
