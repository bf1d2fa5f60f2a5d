import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

const SECRET_BYTES = 32;
const FORM = /^tm_bounces_([0-9a-f]{8})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{12})_([A-Za-z0-9_-]{43})$/;

/** A bearer token's parts. */
export interface BounceToken {
  readonly connectorId: string;
  readonly secret: string;
}

/** A new secret of 256 random bits. */
export function newSecret(): string {
  return randomBytes(SECRET_BYTES).toString('base64url');
}

/** The text that goes into the Authorization header; it names its connector. */
export function formatToken({ connectorId, secret }: BounceToken): string {
  return `tm_bounces_${connectorId.replaceAll('-', '')}_${secret}`;
}

/** The parts of a token, or null when the text cannot be one. */
export function parseToken(text: string): BounceToken | null {
  const match = FORM.exec(text);
  return match && { connectorId: match.slice(1, 6).join('-'), secret: match[6]! };
}

/** What is stored instead of the secret. */
export function hashOf(secret: string): Buffer {
  return createHash('sha256').update(secret).digest();
}

/** Compares in constant time. */
export function fits(secret: string, hash: Buffer): boolean {
  const own = hashOf(secret);
  return own.length === hash.length && timingSafeEqual(own, hash);
}
