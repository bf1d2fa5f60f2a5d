import { hash, type KeyObject } from 'node:crypto';

const BLOCK = 64;
const DIGEST = 32;

/** What a key begins both hashes with, and room for what follows it. */
interface Pads {
  inner: Buffer;
  readonly outer: Buffer;
}

const padsOf = new WeakMap<object, Pads>();

/**
 * HMAC-SHA256 (RFC 2104) by two one-shot hashes. `createHmac` makes a native object for every message, which costs more
 * than the hashing and is left to the garbage collector; measured, this takes less than half of the time.
 * The answer is overwritten by the next call with the same key.
 */
export function hmacSha256(key: Uint8Array | KeyObject, message: Uint8Array): Buffer {
  let pads = padsOf.get(key);
  if (!pads) padsOf.set(key, (pads = padsFor(key)));
  const { outer } = pads;
  if (pads.inner.length < BLOCK + message.length) pads.inner = longer(pads.inner, BLOCK + message.length);
  pads.inner.set(message, BLOCK);
  // As text and not as a Buffer, of which the hash would allocate a fresh one.
  outer.write(hash('sha256', pads.inner.subarray(0, BLOCK + message.length), 'binary'), BLOCK, 'latin1');
  const digest = outer.subarray(BLOCK + DIGEST);
  digest.write(hash('sha256', outer.subarray(0, BLOCK + DIGEST), 'binary'), 'latin1');
  return digest;
}

function padsFor(key: Uint8Array | KeyObject): Pads {
  const given = key instanceof Uint8Array ? key : key.export();
  const secret = Buffer.from(given.length > BLOCK ? hash('sha256', given, 'buffer') : given);
  const pads = { inner: Buffer.alloc(BLOCK + 1_024), outer: Buffer.alloc(BLOCK + 2 * DIGEST) };
  for (let i = 0; i < BLOCK; i++) {
    pads.inner[i] = (secret[i] ?? 0) ^ 0x36;
    pads.outer[i] = (secret[i] ?? 0) ^ 0x5c;
  }
  return pads;
}

function longer(inner: Buffer, length: number): Buffer {
  const grown = Buffer.alloc(length);
  inner.copy(grown, 0, 0, BLOCK);
  return grown;
}
