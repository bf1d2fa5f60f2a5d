import { HttpException } from '@nestjs/common';
import { STATUS_CODES } from 'node:http';
import { connectionProblem, isHeld, valueProblem } from '../database/database-error.js';
import { DomainError, MOST_PROBLEMS, type Problem } from './domain-error.js';

/** RFC 9457. */
export interface ProblemDetails {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly code: string;
  readonly detail: string;
  /** There are more errors than are told; absent when there are none. */
  readonly moreErrors?: true;
  /** The first 100. */
  readonly errors?: readonly Problem[];
}

export interface ProblemAnswer {
  readonly body: ProblemDetails;
  readonly retryAfterS?: number;
  /** Whether somebody should look at the error: it is not the caller's doing. */
  readonly unexpected: boolean;
}

const CODES: Readonly<Record<number, string>> = {
  400: 'malformed',
  401: 'unauthorized',
  403: 'forbidden',
  404: 'not_found',
  405: 'method_not_allowed',
  408: 'request_timeout',
  413: 'body_too_large',
  414: 'uri_too_long',
  415: 'unsupported_media_type',
  422: 'invalid',
  429: 'too_many_requests',
  431: 'headers_too_large',
  503: 'unavailable',
};
const RETRY_AFTER_S = 5;
const AWAY = 'the database cannot be reached at the moment; try again';
const HELD = 'somebody else is changing the same at the moment; try again';

/** What any error means to the caller; never more than that. */
export function problemOf(error: unknown): ProblemAnswer {
  if (error instanceof DomainError)
    return {
      body: details(error.status, error.code, error.message, error.errors),
      retryAfterS: error.retryAfterS,
      unexpected: false,
    };
  if (connectionProblem(error))
    return {
      body: details(503, 'unavailable', isHeld(error) ? HELD : AWAY),
      retryAfterS: RETRY_AFTER_S,
      unexpected: false,
    };
  const value = valueProblem(error);
  if (value) return { body: details(400, 'invalid_value', value), unexpected: false };
  const status = statusOf(error);
  if (status >= 400 && status < 500)
    return { body: details(status, codeOf(status), messageOf(status, error)), unexpected: false };
  return { body: details(500, 'internal_error', 'something went wrong here; the log says what'), unexpected: true };
}

/** What is wrong with a request that no route has seen, by its status. */
export function requestProblem(status: number, detail: string): ProblemDetails {
  return details(status, codeOf(status), detail);
}

function details(status: number, code: string, detail: string, errors?: readonly Problem[]): ProblemDetails {
  return {
    type: `urn:touchmap:problem:${code}`,
    title: STATUS_CODES[status] ?? 'Error',
    status,
    code,
    detail,
    ...(errors?.length ? told(errors) : {}),
  };
}

function told(errors: readonly Problem[]): Pick<ProblemDetails, 'errors' | 'moreErrors'> {
  return errors.length > MOST_PROBLEMS ? { moreErrors: true, errors: errors.slice(0, MOST_PROBLEMS) } : { errors };
}

/** Of a Nest HttpException or of a Fastify error (too large, unknown media type, bad header). */
function statusOf(error: unknown): number {
  if (error instanceof HttpException) return error.getStatus();
  const { statusCode, name } = (error ?? {}) as { statusCode?: unknown; name?: unknown };
  return name === 'FastifyError' && typeof statusCode === 'number' ? statusCode : 500;
}

function codeOf(status: number): string {
  return CODES[status] ?? 'refused';
}

function messageOf(status: number, error: unknown): string {
  if (status === 413) return 'the body is larger than this route takes';
  if (status === 415) return 'send the body as application/json';
  return error instanceof Error ? error.message : (STATUS_CODES[status] ?? 'refused');
}
