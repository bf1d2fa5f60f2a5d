import { Injectable } from '@nestjs/common';
import type { MessageClass } from '../domain/scenario-schema.js';
import { Env } from '../platform/config/env.js';
import { Secrets } from '../platform/secrets.js';
import { signToken, type TokenPurpose } from '../platform/tokens.js';
import type { LinkSigning, TemplateLinks } from './render-request.js';

/** The letter whose pages they are. */
interface PagedLetter {
  readonly environmentId: string;
  readonly id: string;
  readonly messageClass: MessageClass;
}

/** Makes the signed addresses that a letter carries. */
@Injectable()
export class LetterLinks {
  private readonly key: { readonly keyId: string; readonly key: Buffer };
  private readonly baseUrl: string;

  constructor(secrets: Secrets, env: Env) {
    this.key = { keyId: secrets.keyId, key: secrets.derive('tokens') };
    // Its host in ASCII: it stands in a header, which not every mail server takes with other letters.
    this.baseUrl = new URL(env.PUBLIC_URL ?? `http://localhost:${env.PORT}`).href.replace(/\/+$/, '');
  }

  /** Pages that a letter can offer, at the store's own domain where it has one. */
  pages({ environmentId, id: messageId, messageClass }: PagedLetter, ownDomain: string | null = null): TemplateLinks {
    const baseUrl = this.baseOf(ownDomain);
    const page = (path: string, purpose: TokenPurpose): string =>
      `${baseUrl}/${path}/${signToken(this.key, { purpose, environmentId, messageId, linkIndex: 0, url: '' })}`;
    return {
      unsubscribe: page('u', 'unsubscribe'),
      preferences: page('p', 'preferences'),
      view: page('m', 'view'),
      ...(messageClass === 'service' ? { confirm: page('c', 'confirm') } : {}),
    };
  }

  /** What the render thread needs to sign the letter's own links and its pixel. */
  signing(environmentId: string, messageId: string, ownDomain: string | null = null): LinkSigning {
    return { ...this.key, baseUrl: this.baseOf(ownDomain), environmentId, messageId };
  }

  /** Tokens say all that a page needs: they are good under every name by which this service is reached. */
  private baseOf(ownDomain: string | null): string {
    return ownDomain === null ? this.baseUrl : `https://${ownDomain}`;
  }
}
