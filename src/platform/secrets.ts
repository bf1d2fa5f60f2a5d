import { createHash, hkdfSync } from 'node:crypto';

/** Keys for signing, all derived from the installation's one secret. */
export class Secrets {
  /** Names the secret without telling it: first 8 hex digits of a hash. Part of every signed token. */
  readonly keyId: string;
  /** Recognises the secret of an installation; kept in the database. */
  readonly fingerprint: string;

  constructor(private readonly secret: string) {
    this.fingerprint = createHash('sha256').update(`touchmap.fingerprint:${secret}`).digest('hex');
    this.keyId = this.fingerprint.slice(0, 8);
  }

  /** 32 bytes for one purpose (HKDF-SHA256); the same purpose always gives the same key. */
  derive(purpose: string): Buffer {
    return Buffer.from(hkdfSync('sha256', this.secret, 'touchmap', purpose, 32));
  }
}
