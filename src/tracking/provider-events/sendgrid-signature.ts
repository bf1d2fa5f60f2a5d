import { createPublicKey, type KeyObject, verify } from 'node:crypto';

/** The headers of a signed event webhook. */
export const SIGNATURE_HEADER = 'x-twilio-email-event-webhook-signature';
export const TIMESTAMP_HEADER = 'x-twilio-email-event-webhook-timestamp';

/** A clock that runs ahead of ours by more than this does not sign our events. */
const AHEAD_MS = 5 * 60_000;

/** The headers as they came. */
export interface SignatureHeaders {
  readonly signature: unknown;
  readonly timestamp: unknown;
}

/** What came in, untouched: a signature covers bytes. */
export interface SignedRequest extends SignatureHeaders {
  readonly body: Buffer;
}

/**
 * The verification key as SendGrid shows it (base64 of DER SPKI, PEM armour tolerated); null for anything that is not a
 * key on P-256.
 */
export function verificationKey(text: string): KeyObject | null {
  const base64 = text.replace(/-----(BEGIN|END) PUBLIC KEY-----/g, '').replace(/\s+/g, '');
  if (!/^[A-Za-z0-9+/]{40,400}={0,2}$/.test(base64)) return null;
  try {
    const key = createPublicKey({ key: Buffer.from(base64, 'base64'), format: 'der', type: 'spki' });
    return key.asymmetricKeyType === 'ec' && key.asymmetricKeyDetails?.namedCurve === 'prime256v1' ? key : null;
  } catch {
    return null;
  }
}

/** A key in the form in which it is stored and shown. */
export function keyText(key: KeyObject): string {
  return key.export({ format: 'der', type: 'spki' }).toString('base64');
}

/** Whether the headers may belong to a signed request of the last `windowMs`: without the body no more can be said. */
export function mayBeSigned(
  { signature, timestamp }: SignatureHeaders,
  now: Date,
  windowMs: number,
): { readonly signature: string; readonly timestamp: string } | null {
  if (typeof signature !== 'string' || !/^[A-Za-z0-9+/]{8,400}={0,2}$/.test(signature)) return null;
  if (typeof timestamp !== 'string' || !/^\d{1,12}$/.test(timestamp)) return null;
  const ageMs = now.getTime() - Number(timestamp) * 1_000;
  return ageMs > windowMs || ageMs < -AHEAD_MS ? null : { signature, timestamp };
}

/**
 * Whether SendGrid signed this (ECDSA, SHA-256, over timestamp and raw body) not longer ago than `windowMs`. Whatever is
 * malformed is simply not signed. Never throws.
 */
export function isSigned(request: SignedRequest, key: KeyObject, now: Date, windowMs: number): boolean {
  const headers = mayBeSigned(request, now, windowMs);
  if (!headers) return false;
  const { signature, timestamp } = headers;
  try {
    const data = Buffer.concat([Buffer.from(timestamp), request.body]);
    return verify('sha256', data, { key, dsaEncoding: 'der' }, Buffer.from(signature, 'base64'));
  } catch {
    return false;
  }
}
