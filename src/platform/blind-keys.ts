import { createHmac } from 'node:crypto';
import type { Secrets } from './secrets.js';

const BLOCK = 64;

/**
 * Recognises texts that are not kept: HMAC-SHA256 (RFC 2104) under the installation's secret, so that a copy of the database alone
 * does not even tell whether it holds a certain one.
 */
export class BlindKeys {
  /** What `blindKeySql` needs as its two parameters, both bytea. */
  readonly pads: readonly [inner: Buffer, outer: Buffer];
  private readonly key: Buffer;

  constructor(secrets: Secrets) {
    this.key = secrets.derive('blind keys');
    const pad = (byte: number) => Buffer.from(Array.from({ length: BLOCK }, (_, i) => (this.key[i] ?? 0) ^ byte));
    this.pads = [pad(0x36), pad(0x5c)];
  }

  /** 64 hexadecimal digits. */
  of(text: string): string {
    return createHmac('sha256', this.key).update(text).digest('hex');
  }
}

/** The same in SQL, of an expression, as PostgreSQL itself has hashes only; `inner` and `outer` are the parameters that hold the pads. */
export function blindKeySql(text: string, inner: string, outer: string): string {
  return `encode(sha256(${outer}::bytea || sha256(${inner}::bytea || convert_to(${text}, 'UTF8'))), 'hex')`;
}
