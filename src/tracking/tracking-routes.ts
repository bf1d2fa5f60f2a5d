import { Injectable } from '@nestjs/common';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { logger } from '../platform/logging/logger.js';
import { EngagementWriter } from './engagement-writer.js';
import { HitClock } from './hit-clock.js';
import { PIXEL, PIXEL_HEADERS, REDIRECT_HEADERS } from './hit-answers.js';
import { hitOfRequest, userAgentOf } from './hit-of-request.js';
import { locationOf } from './location.js';
import { answerPage, PAGE_ROUTE, takeForms, type TokenRequest } from './page-routes.js';
import type { PageLocale } from './page.js';
import { pageLocale } from './reader-locale.js';
import type { Reader } from './readers.js';
import { TokenReader } from './token-reader.js';
import { unsubscribeTexts } from './unsubscribe-texts.js';
import { Unsubscriber } from './unsubscriber.js';

/**
 * The addresses inside letters. Plain Fastify routes in a plugin of their own: no Nest pipeline on the hottest path, and
 * bodies of any type are taken and ignored (mail programs post one-click forms as they like). Most hits do not even come
 * here: `hit-lane.ts` answers those that are as they should be.
 */
@Injectable()
export class TrackingRoutes {
  private readonly log = logger(TrackingRoutes.name);

  constructor(
    private readonly tokens: TokenReader,
    private readonly clock: HitClock,
    private readonly writer: EngagementWriter,
    private readonly unsubscriber: Unsubscriber,
  ) {}

  /** The Fastify plugin. */
  readonly plugin = (fastify: FastifyInstance, _options: unknown, done: () => void): void => {
    takeForms(fastify);
    fastify.get('/t/o/:token', PAGE_ROUTE, (request: TokenRequest, reply) => this.open(request, reply));
    fastify.get('/t/c/:token', PAGE_ROUTE, (request: TokenRequest, reply) => this.click(request, reply));
    fastify.get('/u/:token', PAGE_ROUTE, (request: TokenRequest, reply) => this.ask(request, reply));
    fastify.post('/u/:token', PAGE_ROUTE, (request: TokenRequest, reply) => this.unsubscribe(request, reply));
    done();
  };

  private async open(request: TokenRequest, reply: FastifyReply): Promise<unknown> {
    const claims = this.tokens.read(request.params.token, 'open');
    if (!claims) return notFound(request, reply);
    await this.writer.write(hitOfRequest(request, 'open', claims, this.clock.stamp()));
    return reply.headers(PIXEL_HEADERS).send(PIXEL);
  }

  /** The signed target and nothing else: what is added behind the token is ignored. */
  private async click(request: TokenRequest, reply: FastifyReply): Promise<unknown> {
    const claims = this.tokens.read(request.params.token, 'click');
    const location = claims && locationOf(claims.url);
    if (!claims || !location) return notFound(request, reply);
    await this.writer.write(hitOfRequest(request, 'click', claims, this.clock.stamp()));
    return reply.code(302).header('location', location).headers(REDIRECT_HEADERS).send();
  }

  /** Scanners follow every link of a letter: asking changes nothing, only the button does. */
  private async ask(request: TokenRequest, reply: FastifyReply): Promise<unknown> {
    const claims = this.tokens.read(request.params.token, 'unsubscribe');
    if (!claims) return notFound(request, reply);
    // The page needs the database for its language only; without it the browser's will do.
    const reader = await this.unsubscriber.reader(claims).catch(() => undefined);
    if (reader === null) return notFound(request, reply);
    return answerPage(reply, 200, unsubscribeTexts(localeOf(request, reader)).ask(reader ?? UNKNOWN));
  }

  private async unsubscribe(request: TokenRequest, reply: FastifyReply): Promise<unknown> {
    const claims = this.tokens.read(request.params.token, 'unsubscribe');
    if (!claims) return notFound(request, reply);
    let reader: Reader | null;
    try {
      reader = await this.unsubscriber.unsubscribe(claims, 'unsubscribe_link', userAgentOf(request.headers));
    } catch (error) {
      this.log.error(
        'An unsubscribe was not saved',
        { event: 'tracking.unsubscribe_failed', message: claims.messageId },
        error,
      );
      return answerPage(reply.header('retry-after', '60'), 503, unsubscribeTexts(localeOf(request, null)).tryAgain());
    }
    if (!reader) return notFound(request, reply);
    return answerPage(reply, 200, unsubscribeTexts(localeOf(request, reader)).done(reader));
  }
}

/** Where nobody can say whose page it is. */
const UNKNOWN = { shop: '', block: null } as const;

function notFound(request: TokenRequest, reply: FastifyReply): FastifyReply {
  return answerPage(reply, 404, unsubscribeTexts(localeOf(request, null)).notFound());
}

function localeOf(request: TokenRequest, reader: Reader | null | undefined): PageLocale {
  return pageLocale(reader, request.headers['accept-language']);
}
