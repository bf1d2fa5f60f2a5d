import { Injectable } from '@nestjs/common';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { EngineDatabase } from '../../platform/database/engine-database.js';
import { logger } from '../../platform/logging/logger.js';
import { KEPT_COLUMNS, KeptLetters, type KeptRow } from '../../templates/kept-letters.js';
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
    private readonly letters: KeptLetters,
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
    const [row] = await this.database.query<KeptRow & Record<string, unknown>>(LETTER, [environmentId, messageId]);
    return row ? ((await this.letters.read(row))?.html ?? null) : null;
  }
}

const LETTER = `
SELECT ${KEPT_COLUMNS} FROM messages AS m
JOIN message_bodies AS b ON b.environment_id = m.environment_id AND b.message_id = m.id
WHERE m.environment_id = $1 AND m.id = $2`;
