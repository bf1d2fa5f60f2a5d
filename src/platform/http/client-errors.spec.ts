import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { answerClientError } from './client-errors.js';

describe('a request that no route ever sees', () => {
  let server: Server;

  beforeAll(async () => {
    server = createServer(
      { requestTimeout: 100, headersTimeout: 100, connectionsCheckingInterval: 20 },
      () => undefined,
    );
    server.on('clientError', answerClientError);
    await once(server.listen(0, '127.0.0.1'), 'listening');
  });
  afterAll(() => new Promise((resolve) => server.close(resolve)));

  it.each([
    [
      'that is not all there in time',
      'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nhalf',
      408,
      'request_timeout',
    ],
    [
      'whose headers are too large',
      `GET / HTTP/1.1\r\nHost: a\r\nX: ${'x'.repeat(70_000)}\r\n\r\n`,
      431,
      'headers_too_large',
    ],
    ['that is not HTTP', 'HELO shop\r\n\r\n', 400, 'malformed'],
  ])('%s is answered with a problem', async (_what, request, status, code) => {
    const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
    socket.write(request);
    const [head, body] = (await text(socket)).split('\r\n\r\n');
    expect(head).toMatch(new RegExp(`^HTTP/1.1 ${status} .*\\r\\nContent-Type: application/problem\\+json\\r\\n`));
    expect(JSON.parse(body!)).toMatchObject({ status, code, type: `urn:touchmap:problem:${code}` });
  });
});
