import { NotFoundException } from '@nestjs/common';
import { Conflict, Unavailable, Unprocessable } from './domain-error.js';
import { problemOf } from './problem.js';

const fastifyError = (statusCode: number) =>
  Object.assign(new Error('Fastify says so'), { name: 'FastifyError', statusCode });
const pgError = (code: string) => Object.assign(new Error('PostgreSQL says so'), { code });
const status = (error: unknown) => problemOf(error).body.status;

describe('an error becomes a problem', () => {
  it('with the code, detail and pointers of a domain error', () => {
    const errors = [{ pointer: '/steps/0', detail: 'is wrong' }];
    expect(problemOf(new Unprocessable('invalid_scenario', 'it has problems', errors)).body).toEqual({
      type: 'urn:touchmap:problem:invalid_scenario',
      title: 'Unprocessable Entity',
      status: 422,
      code: 'invalid_scenario',
      detail: 'it has problems',
      errors,
    });
    expect(status(new Conflict('taken', 'no'))).toBe(409);
  });

  it('with no more than 100 of its errors, and says that there are more', () => {
    const errors = Array.from({ length: 101 }, (_, i) => ({ pointer: `/items/${i}`, detail: 'is wrong' }));
    const { body } = problemOf(new Unprocessable('invalid', 'no', errors));
    expect(body).toMatchObject({ errors: errors.slice(0, 100), moreErrors: true });
    expect(problemOf(new Unprocessable('invalid', 'no', errors.slice(1))).body).not.toHaveProperty('moreErrors');
  });

  it('503 with the time to wait while a dependency is away', () => {
    expect(problemOf(new Unavailable('later', 7))).toMatchObject({
      body: { status: 503 },
      retryAfterS: 7,
      unexpected: false,
    });
  });

  it.each(['ECONNREFUSED', 'ECONNRESET', '57P01', '57P03', '53300', '08006', '57014', '25P03', '25P04', '57P05'])(
    '503 for %s of the database',
    (code) => {
      expect(problemOf(pgError(code))).toMatchObject({ body: { status: 503, code: 'unavailable' }, retryAfterS: 5 });
    },
  );

  it('503 that says so where somebody holds what was to be changed', () => {
    const { body, retryAfterS } = problemOf({ driverError: pgError('55P03') });
    expect({ ...body, retryAfterS }).toMatchObject({ status: 503, code: 'unavailable', retryAfterS: 5 });
    expect(body.detail).toContain('somebody else is changing the same');
  });

  it('503 also where the cause is wrapped', () => {
    expect(status({ driverError: pgError('57P01') })).toBe(503);
    expect(status(Object.assign(new AggregateError([pgError('ECONNREFUSED')])))).toBe(503);
    expect(status(new Error('timeout exceeded when trying to connect'))).toBe(503);
    expect(status(new Error('Connection terminated unexpectedly'))).toBe(503);
  });

  it('400 for a value that PostgreSQL cannot take', () => {
    expect(status(pgError('22P02'))).toBe(400);
    expect(status(pgError('22021'))).toBe(400);
  });

  it('with the status that the framework means', () => {
    expect(status(new NotFoundException())).toBe(404);
    expect(problemOf(fastifyError(413)).body.code).toBe('body_too_large');
    expect(problemOf(fastifyError(415)).body.code).toBe('unsupported_media_type');
  });

  it('500 without a word of the error for everything else, and the log is told', () => {
    const { body, unexpected } = problemOf(new TypeError('cannot read properties of undefined'));
    expect(body).toMatchObject({ status: 500, code: 'internal_error' });
    expect(JSON.stringify(body)).not.toContain('undefined');
    expect(unexpected).toBe(true);
    expect(status(pgError('23505'))).toBe(500);
    expect(status(undefined)).toBe(500);
    expect(status(Object.assign(new Error('of somebody else'), { statusCode: 404 }))).toBe(500);
  });
});
