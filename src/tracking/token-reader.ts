import { createSecretKey, type KeyObject } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { Secrets } from '../platform/secrets.js';
import { type TokenClaims, type TokenPurpose, verifyToken } from '../platform/tokens.js';

/** Reads the tokens of our own letters. */
@Injectable()
export class TokenReader {
  private readonly keyId: string;
  private readonly key: KeyObject;

  constructor(secrets: Secrets) {
    this.keyId = secrets.keyId;
    // A key object is prepared once; raw bytes would be prepared for every hit.
    this.key = createSecretKey(secrets.derive('tokens'));
  }

  /** The claims, or null for whatever we did not sign for this purpose. */
  read(token: string, purpose: TokenPurpose): TokenClaims | null {
    const verified = verifyToken(token, purpose, (keyId) => (keyId === this.keyId ? this.key : undefined));
    return verified.ok ? verified.claims : null;
  }
}
