/** A JSON pointer into the request and what is wrong there. */
export interface Problem {
  readonly pointer: string;
  readonly code?: string;
  readonly detail: string;
}

/** So many problems of a request are told: a list of wrong items would make an answer many times as large as the request. */
export const MOST_PROBLEMS = 100;
/** So many are noted: one more than is told, so that the answer can say that there are more. */
export const NOTED_PROBLEMS = MOST_PROBLEMS + 1;

/** What services throw when a request cannot be done; one filter turns it into RFC 9457 problem+json. */
export abstract class DomainError extends Error {
  /** Stable snake_case word for programs. */
  abstract readonly code: string;
  /** HTTP status that the filter answers with. */
  abstract readonly status: number;
  readonly errors?: readonly Problem[];
  /** Seconds for the Retry-After header. */
  readonly retryAfterS?: number;
}

/** 404: also for another store's object, so that nobody learns that it exists. */
export class NotFound extends DomainError {
  readonly code = 'not_found';
  readonly status = 404;

  constructor(what: string, instead?: string) {
    super(`${what} was not found${instead === undefined ? '' : `: ${instead}`}`);
  }
}

/** 409: the request contradicts what is stored. */
export class Conflict extends DomainError {
  readonly status = 409;

  constructor(
    readonly code: string,
    detail: string,
  ) {
    super(detail);
  }
}

/** 422: well-formed, but it cannot mean anything here. */
export class Unprocessable extends DomainError {
  readonly status = 422;

  constructor(
    readonly code: string,
    detail: string,
    override readonly errors?: readonly Problem[],
  ) {
    super(detail);
  }
}

/** 400: malformed. */
export class BadInput extends DomainError {
  readonly status = 400;

  constructor(
    readonly code: string,
    detail: string,
    override readonly errors?: readonly Problem[],
  ) {
    super(detail);
  }
}

/** 403: known, but not allowed to do this. */
export class Forbidden extends DomainError {
  readonly status = 403;

  constructor(
    readonly code: string,
    detail: string,
  ) {
    super(detail);
  }
}

/** 503 with Retry-After: something that this service depends on is away; nothing was lost. */
export class Unavailable extends DomainError {
  readonly code = 'unavailable';
  readonly status = 503;

  constructor(
    detail: string,
    override readonly retryAfterS: number,
  ) {
    super(detail);
  }
}
