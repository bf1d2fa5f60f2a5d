import { Injectable } from '@nestjs/common';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { logger } from '../../platform/logging/logger.js';
import { answerHtml, answerPage, PAGE_ROUTE, takeForms, type TokenRequest, visitorOf } from '../page-routes.js';
import { pageLocale } from '../reader-locale.js';
import { TokenReader } from '../token-reader.js';
import { unsubscribeTexts } from '../unsubscribe-texts.js';
import { PreferenceCenter } from './preference-center.js';
import { preferenceForm } from './preference-form.js';
import { preferenceHtml } from './preference-page.js';

/** The preference page: GET shows, POST acts, as scanners follow every link of a letter. */
@Injectable()
export class PreferenceRoutes {
  private readonly log = logger(PreferenceRoutes.name);

  constructor(
    private readonly tokens: TokenReader,
    private readonly center: PreferenceCenter,
  ) {}

  /** The Fastify plugin. */
  readonly plugin = (fastify: FastifyInstance, _options: unknown, done: () => void): void => {
    takeForms(fastify);
    fastify.get('/p/:token', PAGE_ROUTE, (request: TokenRequest, reply) => this.show(request, reply));
    fastify.post('/p/:token', PAGE_ROUTE, (request: TokenRequest, reply) => this.act(request, reply));
    done();
  };

  private async show(request: TokenRequest, reply: FastifyReply): Promise<unknown> {
    const claims = this.tokens.read(request.params.token, 'preferences');
    if (!claims) return notFound(request, reply);
    const asked = request.headers['accept-language'];
    try {
      const found = await this.center.show(claims, asked);
      if (!found) return notFound(request, reply);
      return answerHtml(reply, 200, preferenceHtml(found.view, pageLocale(found.reader, asked), null));
    } catch (error) {
      return this.unavailable(request, reply, claims.messageId, error);
    }
  }

  private async act(request: TokenRequest, reply: FastifyReply): Promise<unknown> {
    const claims = this.tokens.read(request.params.token, 'preferences');
    if (!claims) return notFound(request, reply);
    const asked = request.headers['accept-language'];
    const form = preferenceForm(request.body ?? new URLSearchParams());
    try {
      const found = form
        ? await this.center.act(claims, form, visitorOf(request), asked)
        : await this.center.show(claims, asked);
      if (!found) return notFound(request, reply);
      const html = preferenceHtml(found.view, pageLocale(found.reader, asked), form?.action ?? null);
      return answerHtml(reply, form ? 200 : 400, html);
    } catch (error) {
      return this.unavailable(request, reply, claims.messageId, error);
    }
  }

  private unavailable(request: TokenRequest, reply: FastifyReply, message: string, error: unknown): FastifyReply {
    this.log.error('Preferences were not read or kept', { event: 'tracking.preferences_failed', message }, error);
    const { title, text, locale } = unsubscribeTexts(pageLocale(null, request.headers['accept-language'])).tryAgain();
    return answerPage(reply.header('retry-after', '60'), 503, { title, text, locale });
  }
}

function notFound(request: TokenRequest, reply: FastifyReply): FastifyReply {
  return answerPage(reply, 404, unsubscribeTexts(pageLocale(null, request.headers['accept-language'])).notFound());
}
