import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { userAgentOf } from './hit-of-request.js';
import type { Visitor } from './letter-person.js';
import { htmlOf, type Page, PAGE_HEADERS } from './page.js';

/** A request for a page of a letter; `body` is what `takeForms` made of a posted form. */
export type TokenRequest = FastifyRequest<{ Params: { token: string }; Body: URLSearchParams | null }>;

/** Pages of letters need no key: the token is one. */
export const PAGE_ROUTE = { config: { access: { scope: null } } };

const MAX_FORM_BYTES = 64 * 1024;
const FORM = 'application/x-www-form-urlencoded';
const ANY_BYTES = 'application/octet-stream';

/**
 * Makes a plugin read posted forms, and take and ignore bodies of any other type, also of one that cannot be read: whoever asks to be
 * unsubscribed is not refused for how a mailbox provider words its request.
 */
export function takeForms(fastify: FastifyInstance): void {
  fastify.addHook('onRequest', ({ headers }, _reply, done) => {
    const type = headers['content-type'];
    if (type !== undefined) headers['content-type'] = type.toLowerCase().startsWith(FORM) ? FORM : ANY_BYTES;
    done();
  });
  fastify.removeAllContentTypeParsers();
  fastify.addContentTypeParser<string>(
    FORM,
    { bodyLimit: MAX_FORM_BYTES, parseAs: 'string' },
    (_request, body, parsed) => parsed(null, new URLSearchParams(body)),
  );
  fastify.addContentTypeParser('*', { bodyLimit: MAX_FORM_BYTES, parseAs: 'buffer' }, (_request, _body, parsed) =>
    parsed(null, null),
  );
}

/** Who asks, as far as the request tells. */
export function visitorOf(request: TokenRequest): Visitor {
  return { userAgent: userAgentOf(request.headers), ip: request.ip };
}

/** Answers a page of a few words. */
export function answerPage(reply: FastifyReply, status: number, page: Page): FastifyReply {
  return answerHtml(reply, status, htmlOf(page));
}

/** Answers a page that is HTML already. */
export function answerHtml(reply: FastifyReply, status: number, html: string): FastifyReply {
  return reply.code(status).headers(PAGE_HEADERS).send(html);
}
