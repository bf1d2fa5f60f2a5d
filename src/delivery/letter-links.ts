import { Injectable } from '@nestjs/common';
import { Env } from '../platform/config/env.js';
import { Secrets } from '../platform/secrets.js';
import { signToken, type TokenPurpose } from '../platform/tokens.js';
import type { LinkSigning, TemplateLinks } from '../templates/render-request.js';

/** Makes the signed addresses that a letter carries. */
@Injectable()
export class LetterLinks {
  private readonly key: { readonly keyId: string; readonly key: Buffer };
  private readonly baseUrl: string;

  constructor(secrets: Secrets, env: Env) {
    this.key = { keyId: secrets.keyId, key: secrets.derive('tokens') };
    this.baseUrl = (env.PUBLIC_URL ?? `http://localhost:${env.PORT}`).replace(/\/+$/, '');
  }

  /** Pages that every letter can offer. */
  pages(environmentId: string, messageId: string): TemplateLinks {
    const page = (path: string, purpose: TokenPurpose): string =>
      `${this.baseUrl}/${path}/${signToken(this.key, { purpose, environmentId, messageId, linkIndex: 0, url: '' })}`;
    return { unsubscribe: page('u', 'unsubscribe'), preferences: page('p', 'preferences'), view: page('m', 'view') };
  }

  /** What the render thread needs to sign the letter's own links and its pixel. */
  signing(environmentId: string, messageId: string): LinkSigning {
    return { ...this.key, baseUrl: this.baseUrl, environmentId, messageId };
  }
}
