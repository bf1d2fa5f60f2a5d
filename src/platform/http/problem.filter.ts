import { type ArgumentsHost, Catch, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { logger } from '../logging/logger.js';
import { type ProblemDetails, problemOf } from './problem.js';

/** Answers every error, wherever it was thrown, as problem+json; tells the log what is not the caller's doing. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  private readonly log = logger(ProblemFilter.name);

  catch(error: unknown, host: ArgumentsHost): void {
    const request = host.switchToHttp().getRequest<FastifyRequest>();
    const reply = host.switchToHttp().getResponse<FastifyReply>();
    const { body, retryAfterS, unexpected } = problemOf(error);
    const fields = { requestId: request.id, route: request.routeOptions?.url };
    if (unexpected) this.log.error('a request failed', { event: 'http.failed', ...fields }, error);
    else if (body.status === 503) this.log.warn('a request found the database away', { event: 'http.unavailable', ...fields });
    sendProblem(reply, body, retryAfterS);
  }
}

/** Writes a problem as the answer. */
export function sendProblem(reply: FastifyReply, body: ProblemDetails, retryAfterS?: number): void {
  if (retryAfterS !== undefined) void reply.header('retry-after', String(retryAfterS));
  void reply.status(body.status).type('application/problem+json').send(JSON.stringify(body));
}
