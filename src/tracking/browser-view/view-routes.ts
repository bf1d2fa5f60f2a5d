import { Injectable } from '@nestjs/common';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { EngineDatabase } from '../../platform/database/engine-database.js';
import { logger } from '../../platform/logging/logger.js';
import { unpackText } from '../../templates/packed-text.js';
import type { LetterRef } from '../letter-person.js';
import { PAGE_HEADERS } from '../page.js';
import { answerPage, PAGE_ROUTE, type TokenRequest } from '../page-routes.js';
import { pageLocale } from '../reader-locale.js';
import { TokenReader } from '../token-reader.js';
import { unsubscribeTexts } from '../unsubscribe-texts.js';
import { viewTexts } from './view-texts.js';

/**
 * A letter is a store's HTML: it is shown in a sandbox without an origin, in which no script runs and no form is sent. Its
 * pictures load as in a mail program, the pixel among them; links open as they would there.
 */
const LETTER_HEADERS = {
  ...PAGE_HEADERS,
  'content-security-policy':
    "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; img-src https: http: data:; " +
    "style-src 'unsafe-inline'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'",
} as const;

/** The letter in a browser, as it was sent. */
@Injectable()
export class ViewRoutes {
  private readonly log = logger(ViewRoutes.name);

  constructor(
    private readonly tokens: TokenReader,
    private readonly database: EngineDatabase,
  ) {}

  /** The Fastify plugin. */
  readonly plugin = (fastify: FastifyInstance, _options: unknown, done: () => void): void => {
    fastify.get('/m/:token', PAGE_ROUTE, (request: TokenRequest, reply) => this.show(request, reply));
    done();
  };

  private async show(request: TokenRequest, reply: FastifyReply): Promise<unknown> {
    const locale = pageLocale(null, request.headers['accept-language']);
    const claims = this.tokens.read(request.params.token, 'view');
    if (!claims) return answerPage(reply, 404, unsubscribeTexts(locale).notFound());
    try {
      const html = await this.bodyOf(claims);
      if (html === null) return answerPage(reply, 404, viewTexts(locale).gone);
      return reply.code(200).headers(LETTER_HEADERS).send(html);
    } catch (error) {
      const what = { event: 'tracking.view_failed', message: claims.messageId };
      this.log.error('A letter was not read for its page', what, error);
      return answerPage(reply.header('retry-after', '60'), 503, viewTexts(locale).later);
    }
  }

  private async bodyOf({ environmentId, messageId }: LetterRef): Promise<string | null> {
    const [row] = await this.database.query<{ html: Buffer }>(
      'SELECT html FROM message_bodies WHERE environment_id = $1 AND message_id = $2',
      [environmentId, messageId],
    );
    return row ? unpackText(row.html) : null;
  }
}
