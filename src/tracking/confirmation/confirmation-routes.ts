import { Injectable } from '@nestjs/common';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { logger } from '../../platform/logging/logger.js';
import { answerPage, PAGE_ROUTE, takeForms, type TokenRequest, visitorOf } from '../page-routes.js';
import { pageLocale } from '../reader-locale.js';
import { TokenReader } from '../token-reader.js';
import { unsubscribeTexts } from '../unsubscribe-texts.js';
import { confirmationTexts } from './confirmation-texts.js';
import { type Subscription, SubscriptionConfirmer } from './subscription-confirmer.js';

/** The page behind the confirmation letter: GET asks, POST confirms, as scanners follow every link of a letter. */
@Injectable()
export class ConfirmationRoutes {
  private readonly log = logger(ConfirmationRoutes.name);

  constructor(
    private readonly tokens: TokenReader,
    private readonly confirmer: SubscriptionConfirmer,
  ) {}

  /** The Fastify plugin. */
  readonly plugin = (fastify: FastifyInstance, _options: unknown, done: () => void): void => {
    takeForms(fastify);
    fastify.get('/c/:token', PAGE_ROUTE, (request: TokenRequest, reply) =>
      this.answer(request, reply, (claims) => this.confirmer.show(claims)),
    );
    fastify.post('/c/:token', PAGE_ROUTE, (request: TokenRequest, reply) =>
      this.answer(request, reply, (claims) => this.confirmer.confirm(claims, visitorOf(request))),
    );
    done();
  };

  private async answer(
    request: TokenRequest,
    reply: FastifyReply,
    work: (claims: { environmentId: string; messageId: string }) => Promise<Subscription | null>,
  ): Promise<unknown> {
    const asked = request.headers['accept-language'];
    const claims = this.tokens.read(request.params.token, 'confirm');
    let found: Subscription | null;
    try {
      found = claims && (await work(claims));
    } catch (error) {
      const what = { event: 'tracking.confirmation_failed', message: claims?.messageId };
      this.log.error('A subscription was not read or confirmed', what, error);
      return answerPage(reply.header('retry-after', '60'), 503, unsubscribeTexts(pageLocale(null, asked)).tryAgain());
    }
    if (!found) return answerPage(reply, 404, unsubscribeTexts(pageLocale(null, asked)).notFound());
    const texts = confirmationTexts(pageLocale(found.reader, asked));
    return answerPage(reply, 200, found.isConfirmed ? texts.done(found.reader) : texts.ask(found.reader));
  }
}
