import { hash, randomBytes, randomInt } from 'node:crypto';

const ID_ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
const ID_LENGTH = 10;
const SECRET_BYTES = 32;
const FORM = /^tm_(live|test)_([A-Za-z0-9]{10})_([A-Za-z0-9_-]{43})$/;

/** A key as its owner holds it, in its parts. */
export interface ApiKey {
  readonly mode: 'live' | 'sandbox';
  /** Public part: names the key in lists and in the database. */
  readonly id: string;
  readonly secret: string;
}

/** A new key; the secret carries 256 bits. */
export function newApiKey(mode: ApiKey['mode']): ApiKey {
  const id = Array.from({ length: ID_LENGTH }, () => ID_ALPHABET[randomInt(ID_ALPHABET.length)]).join('');
  return { mode, id, secret: randomBytes(SECRET_BYTES).toString('base64url') };
}

/** The text that goes into the Authorization header. */
export function formatApiKey({ mode, id, secret }: ApiKey): string {
  return `tm_${mode === 'live' ? 'live' : 'test'}_${id}_${secret}`;
}

/** The parts of a key, or null when the text cannot be one. */
export function parseApiKey(text: string): ApiKey | null {
  const [, mode, id, secret] = FORM.exec(text) ?? [];
  return mode && id && secret ? { mode: mode === 'live' ? 'live' : 'sandbox', id, secret } : null;
}

/** What is stored instead of the secret: a plain hash is enough for 256 random bits. */
export function hashSecret(secret: string): Buffer {
  // As text and not as a Buffer: the hash would allocate one outside of the pool, which takes three times as long as the hashing.
  return Buffer.from(hash('sha256', secret, 'binary'), 'latin1');
}
