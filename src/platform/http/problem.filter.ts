import { type ArgumentsHost, Catch, type ExceptionFilter, HttpException } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { connectionProblem } from '../database/database-error.js';
import { logger } from '../logging/logger.js';
import { Seldom } from '../logging/seldom.js';
import { UnsupportedMedia } from './csv-body.js';
import { DomainError } from './domain-error.js';
import type { KnownPaths } from './known-paths.js';
import { type ProblemDetails, problemOf } from './problem.js';
import { answerBesideBody } from './unread-body.js';

/** The path exists, for other methods. */
class MethodNotAllowed extends DomainError {
  readonly code = 'method_not_allowed';
  readonly status = 405;
}

/** No method answers this path. */
class NoSuchPath extends DomainError {
  readonly code = 'not_found';
  readonly status = 404;
}

/** Fastify's refusal of a body, with the number that the caller needs. */
class BodyTooLarge extends DomainError {
  readonly code = 'body_too_large';
  readonly status = 413;
}

/** The client went away, or stopped speaking HTTP, in the middle of its body. */
class BrokenOff extends DomainError {
  readonly code = 'malformed';
  readonly status = 400;
}

/** Answers every error, wherever it was thrown, as problem+json; tells the log what is not the caller's doing. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  private readonly log = logger(ProblemFilter.name);
  private readonly seldom = new Seldom();

  constructor(private readonly paths: KnownPaths) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const request = host.switchToHttp().getRequest<FastifyRequest>();
    const reply = host.switchToHttp().getResponse<FastifyReply>();
    const { body, retryAfterS, unexpected } = problemOf(
      this.wrongRoute(request, reply) ??
        tooLarge(error, request) ??
        noCsv(error, request) ??
        brokenOff(error, request) ??
        error,
    );
    const fields = { requestId: request.id, route: request.routeOptions?.url };
    if (unexpected) this.log.error('a request failed', { event: 'http.failed', ...fields }, error);
    else if (body.status === 503 && connectionProblem(error) && this.seldom.mayTell(String(fields.route)))
      this.log.warn('a request found the database away', { event: 'http.unavailable', ...fields });
    sendProblem(reply, body, retryAfterS);
  }

  /** What is wrong with a request that no route answers; null for any other. */
  private wrongRoute(request: FastifyRequest, reply: FastifyReply): DomainError | null {
    if (!request.is404) return null;
    const path = request.url.split('?', 1)[0]!;
    const methods = this.paths.methodsOf(path);
    if (methods.includes(request.method)) return null;
    if (methods.length === 0) {
      const shorter = path.replace(/\/+$/, '');
      const isKnown = shorter !== path && this.paths.methodsOf(shorter).length > 0;
      return new NoSuchPath(
        isKnown ? `write ${shorter}, without a slash at the end` : `no path of the API: /docs has all`,
      );
    }
    void reply.header('allow', methods.join(', '));
    return new MethodNotAllowed(`this path answers ${methods.join(', ')}`);
  }
}

function tooLarge(error: unknown, { routeOptions }: FastifyRequest): BodyTooLarge | null {
  // Nest hands Fastify's error on as its own.
  if (!(error instanceof HttpException) || error.getStatus() !== 413 || routeOptions.bodyLimit === undefined)
    return null;
  return new BodyTooLarge(`the body has more than the ${routeOptions.bodyLimit} bytes that this route takes`);
}

/** A CSV file under another type, such as what curl and Windows call one, is not to come as JSON. */
function noCsv(error: unknown, { routeOptions }: FastifyRequest): UnsupportedMedia | null {
  if (!(error instanceof HttpException) || error.getStatus() !== 415 || !routeOptions.config?.csv) return null;
  return new UnsupportedMedia('text/csv');
}

/** What a request says that broke off has the code of a lost database: it is told by whose error it is. Null for any other. */
export function brokenOff(error: unknown, { raw }: FastifyRequest): DomainError | null {
  return raw.errored && raw.errored === error ? new BrokenOff('the request broke off before its end') : null;
}

/** Writes an answer as problem+json; also for errors that Fastify meets before any route. */
export function sendProblem(reply: FastifyReply, body: ProblemDetails, retryAfterS?: number): void {
  if (retryAfterS !== undefined) void reply.header('retry-after', String(retryAfterS));
  const text = JSON.stringify(body);
  const { raw } = reply.request;
  void reply.status(body.status).type('application/problem+json');
  // Fastify closes the connection behind a body that it does not read, or not to its end.
  if (raw.complete || reply.getHeader('connection') !== 'close') return void reply.send(text);
  void reply.header('content-length', Buffer.byteLength(text)).send(answerBesideBody(text, raw));
}
