import { timingSafeEqual } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { hmacSha256 } from './hmac-sha256.js';
import { uuidOf } from './ids.js';

/** What a token is good for; one made for one purpose is refused for every other. */
export type TokenPurpose = 'open' | 'click' | 'unsubscribe' | 'preferences' | 'view' | 'confirm';

/** What a token says, all of it under the signature. */
export interface TokenClaims {
  readonly purpose: TokenPurpose;
  /** UUID. */
  readonly environmentId: string;
  /** UUID. */
  readonly messageId: string;
  /** The link's place in the letter, from 0; only for clicks, else 0. */
  readonly linkIndex: number;
  /** Where a click leads, http or https; only for clicks, else ''. */
  readonly url: string;
}

/** Names the signing key inside a token (at most 32 ASCII characters), so that keys can be changed. */
export interface TokenKey {
  readonly keyId: string;
  readonly key: Uint8Array | KeyObject;
}

export type TokenRefusal = 'malformed' | 'unknown_key' | 'bad_signature' | 'wrong_purpose';

export type VerifiedToken =
  { readonly ok: true; readonly claims: TokenClaims } | { readonly ok: false; readonly reason: TokenRefusal };

/** Longest URL that a click token carries: the whole token must fit into a path segment of 8,192 characters. */
export const MAX_TOKEN_URL_BYTES = 5_000;

const FORMAT = 1;
const PURPOSES: readonly TokenPurpose[] = ['open', 'click', 'unsubscribe', 'preferences', 'view', 'confirm'];
const MAX_KEY_ID_CHARS = 32;
const MAX_LINK_INDEX = 0xffff;
const MAC_BYTES = 16;
/** In base64url. */
const MAC_CHARS = 22;
/** format, purpose, environment, message, link index, length of the key id. */
const FIXED_BYTES = 1 + 1 + 16 + 16 + 2 + 1;
const [DASH, ZERO, LETTER_A] = [0x2d, 0x30, 0x61];
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/**
 * Signs the claims: base64url of the claims, the key's id and a 128-bit HMAC-SHA256 over both.
 * @throws RangeError when an id is no lower-case UUID, or a click's URL is not http(s) or too long: the caller checks first.
 */
export function signToken(key: TokenKey, claims: TokenClaims): string {
  const end = encode(key.keyId, claims);
  scratch.set(macOf(key.key, payloadTo(end)), end);
  return scratch.toString('base64url', 0, end + MAC_BYTES);
}

/**
 * The signature of `signToken` alone, base64url: whoever keeps it with the claims can put the token together again without the
 * key.
 * @throws RangeError as signToken does
 */
export function tokenMac(key: TokenKey, claims: TokenClaims): string {
  return macOf(key.key, payloadTo(encode(key.keyId, claims))).toString('base64url');
}

/**
 * The token of claims whose signature is known.
 * @throws RangeError as signToken does, and when the signature is none
 */
export function signedToken(keyId: string, claims: TokenClaims, mac: string): string {
  const end = encode(keyId, claims);
  if (scratch.write(mac, end, MAC_BYTES, 'base64url') !== MAC_BYTES || mac.length !== MAC_CHARS)
    throw new RangeError('a signature has 16 bytes');
  return scratch.toString('base64url', 0, end + MAC_BYTES);
}

/** How many characters a token has that carries a URL of so many bytes. */
export function tokenChars(keyId: string, urlBytes: number): number {
  return Math.ceil(((FIXED_BYTES + keyId.length + urlBytes + MAC_BYTES) * 4) / 3);
}

/**
 * Reads a token that came from outside. Nothing of it is believed before its signature holds, and the comparison takes
 * the same time for every wrong signature.
 * @param keyOf the key of that id, undefined when there is none (any more)
 */
export function verifyToken(
  token: string,
  purpose: TokenPurpose,
  keyOf: (keyId: string) => Uint8Array | KeyObject | undefined,
): VerifiedToken {
  const bytes = Buffer.from(token, 'base64url');
  // Decoding skips foreign characters and spare bits; only the one canonical spelling of a token is a token.
  if (bytes.toString('base64url') !== token || bytes.length < FIXED_BYTES + MAC_BYTES) return refused('malformed');
  const payload = bytes.subarray(0, -MAC_BYTES);
  const decoded = decode(payload);
  if (!decoded) return refused('malformed');
  const key = keyOf(decoded.keyId);
  if (!key) return refused('unknown_key');
  if (!timingSafeEqual(bytes.subarray(-MAC_BYTES), macOf(key, payload))) return refused('bad_signature');
  return decoded.claims.purpose === purpose ? { ok: true, claims: decoded.claims } : refused('wrong_purpose');
}

function refused(reason: TokenRefusal): VerifiedToken {
  return { ok: false, reason };
}

function macOf(key: Uint8Array | KeyObject, payload: Uint8Array): Buffer {
  return hmacSha256(key, payload).subarray(0, MAC_BYTES);
}

/** Tokens are made one at a time and leave as texts: memory of their own would cost more than what is written into it. */
const scratch = Buffer.allocUnsafeSlow(FIXED_BYTES + MAX_KEY_ID_CHARS + MAX_TOKEN_URL_BYTES + MAC_BYTES);

function payloadTo(end: number): Uint8Array {
  return new Uint8Array(scratch.buffer, 0, end);
}

/** Writes the claims into the scratch memory and tells where they end. */
function encode(keyId: string, { purpose, environmentId, messageId, linkIndex, url }: TokenClaims): number {
  if (purpose === 'click' && !isHttp(url)) throw new RangeError('a click leads to an http or https URL');
  if (url.length > MAX_TOKEN_URL_BYTES / 3 && Buffer.byteLength(url) > MAX_TOKEN_URL_BYTES)
    throw new RangeError('the URL is too long for a token');
  if (keyId.length === 0 || keyId.length > MAX_KEY_ID_CHARS)
    throw new RangeError(`a key id has 1 to ${MAX_KEY_ID_CHARS} characters`);
  if (linkIndex < 0 || linkIndex > MAX_LINK_INDEX) throw new RangeError(`a link's place is 0 to ${MAX_LINK_INDEX}`);
  scratch[0] = FORMAT;
  scratch[1] = PURPOSES.indexOf(purpose);
  scratch.set(idBytes(environmentId, messageId), 2);
  scratch[34] = linkIndex >> 8;
  scratch[35] = linkIndex & 0xff;
  scratch[36] = keyId.length;
  for (let i = 0; i < keyId.length; i++) scratch[FIXED_BYTES + i] = keyId.charCodeAt(i);
  const urlAt = FIXED_BYTES + keyId.length;
  return url === '' ? urlAt : urlAt + scratch.write(url, urlAt);
}

function decode(payload: Buffer): { readonly keyId: string; readonly claims: TokenClaims } | null {
  const purpose = PURPOSES[payload[1]!];
  const urlAt = FIXED_BYTES + payload[36]!;
  if (payload[0] !== FORMAT || !purpose || urlAt > payload.length) return null;
  const url = payload.toString('utf8', urlAt);
  if (purpose === 'click' ? !isHttp(url) : url !== '') return null;
  const claims = {
    purpose,
    environmentId: uuidOf(payload, 2),
    messageId: uuidOf(payload, 18),
    linkIndex: payload.readUInt16BE(34),
    url,
  };
  return { keyId: payload.toString('latin1', FIXED_BYTES, urlAt), claims };
}

/** A letter's tokens come one after another, all with the same two ids: what they are as bytes is remembered for the next. */
const lastIds = { environmentId: '', messageId: '', bytes: Buffer.alloc(32) };

function idBytes(environmentId: string, messageId: string): Buffer {
  if (lastIds.environmentId === environmentId && lastIds.messageId === messageId) return lastIds.bytes;
  if (!UUID.test(environmentId) || !UUID.test(messageId)) throw new RangeError('ids of tokens are UUIDs');
  writeUuid(lastIds.bytes, environmentId, 0);
  writeUuid(lastIds.bytes, messageId, 16);
  lastIds.environmentId = environmentId;
  lastIds.messageId = messageId;
  return lastIds.bytes;
}

/** Digit by digit, without a text in between. */
function writeUuid(bytes: Buffer, uuid: string, at: number): void {
  for (let i = 0, digits = 0; i < uuid.length; i++) {
    const code = uuid.charCodeAt(i);
    if (code === DASH) continue;
    const digit = code < LETTER_A ? code - ZERO : code - LETTER_A + 10;
    const place = at + (digits >> 1);
    bytes[place] = digits % 2 === 0 ? digit << 4 : bytes[place]! | digit;
    digits++;
  }
}

function isHttp(url: string): boolean {
  return url.startsWith('https://') || url.startsWith('http://');
}
