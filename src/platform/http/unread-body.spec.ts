import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { finished } from 'node:stream/promises';
import { answerBesideBody } from './unread-body.js';

const MEGABYTES = 6 * 1024 * 1024;
const ANSWER = 'too large';

describe('a body that is refused before its end', () => {
  let server: Server;
  let lingerMs: number;

  beforeAll(async () => {
    server = createServer((request, response) => {
      response.writeHead(413, { connection: 'close', 'content-length': ANSWER.length });
      answerBesideBody(ANSWER, request, lingerMs).pipe(response);
    });
    await once(server.listen(0, '127.0.0.1'), 'listening');
  });
  afterAll(() => new Promise((resolve) => server.close(resolve)));

  /** Sends the head and half of the body, and resolves with the answer to that. */
  async function half(): Promise<{ readonly socket: Socket; readonly answer: string }> {
    const { port } = server.address() as AddressInfo;
    const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
    socket.write(`POST / HTTP/1.1\r\nHost: a\r\nContent-Length: ${MEGABYTES}\r\n\r\n`);
    socket.write(Buffer.alloc(MEGABYTES / 2));
    const [answer] = (await once(socket, 'data')) as [Buffer];
    return { socket, answer: answer.toString() };
  }

  it('is answered at once, and the connection closes in peace when the client has sent the rest', async () => {
    lingerMs = 60_000;
    const { socket, answer } = await half();
    expect(answer).toMatch(/^HTTP\/1.1 413 .*\r\n\r\ntoo large$/s);
    socket.end(Buffer.alloc(MEGABYTES / 2));
    await finished(socket);
  });

  it('is not waited for longer than a moment', async () => {
    lingerMs = 20;
    const { socket } = await half();
    await once(socket, 'end');
    socket.destroy();
  });
});
