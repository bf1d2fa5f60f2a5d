import { jest } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { ExecutionContextHost } from '@nestjs/core/helpers/execution-context-host.js';
import fastify, { type FastifyInstance } from 'fastify';
import { once } from 'node:events';
import { type AddressInfo, connect } from 'node:net';
import { KnownPaths } from './known-paths.js';
import { ProblemFilter } from './problem.filter.js';

describe('the log of requests that failed', () => {
  let server: FastifyInstance;
  let answered: () => void;
  const told = jest.spyOn(Logger.prototype, 'warn').mockReturnValue(undefined);

  beforeEach(async () => {
    told.mockClear();
    const filter = new ProblemFilter(new KnownPaths());
    server = fastify();
    server.setErrorHandler((error, request, reply) => {
      filter.catch(error, new ExecutionContextHost([request, reply]));
      answered();
    });
    const away = () => Promise.reject(Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' }));
    server.post('/', away);
    server.post('/other', away);
    await server.listen({ port: 0, host: '127.0.0.1' });
  });
  afterEach(() => server.close());
  afterAll(() => told.mockRestore());

  it('says that the database was away', async () => {
    answered = () => undefined;
    const { statusCode } = await server.inject({ method: 'POST', url: '/', payload: {} });
    expect(statusCode).toBe(503);
    expect(told.mock.calls).toMatchObject([[expect.anything(), { event: 'http.unavailable' }]]);
  });

  it('says so once in a while and route, not of each request of an outage', async () => {
    answered = () => undefined;
    for (let i = 0; i < 3; i++) await server.inject({ method: 'POST', url: '/', payload: {} });
    await server.inject({ method: 'POST', url: '/other', payload: {} });
    const line = (route: string): unknown[] => [expect.anything(), { event: 'http.unavailable', route }];
    expect(told.mock.calls).toMatchObject([line('/'), line('/other')]);
  });

  it('does not say so of a client that went away in the middle of its body', async () => {
    const isAnswered = new Promise<void>((resolve) => (answered = resolve));
    const socket = connect((server.server.address() as AddressInfo).port, '127.0.0.1');
    const isHeard = once(server.server, 'request');
    socket.write('POST / HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n{"ha');
    await isHeard;
    socket.resetAndDestroy();
    await isAnswered;
    expect(told).not.toHaveBeenCalled();
  });
});

describe('a path that nobody answers', () => {
  it.each([
    ['/v1/events/', 'write /v1/events, without a slash at the end'],
    ['/v1/event', 'no path of the API: /docs has all'],
    ['/v1/event/', 'no path of the API: /docs has all'],
  ])('%s is told how it is written, or where all are', async (url, detail) => {
    const paths = new KnownPaths();
    paths.add('POST', '/v1/events');
    const filter = new ProblemFilter(paths);
    const server = fastify();
    server.setNotFoundHandler((request, reply) =>
      filter.catch(new Error('nobody'), new ExecutionContextHost([request, reply])),
    );
    const answer = await server.inject({ method: 'POST', url });
    expect(answer.json()).toMatchObject({ status: 404, code: 'not_found', detail });
  });
});
