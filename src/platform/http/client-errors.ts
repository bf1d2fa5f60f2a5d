import type { Socket } from 'node:net';
import { type ProblemDetails, requestProblem } from './problem.js';

/** How long a client may take to read the answer and close; it may still be sending meanwhile. */
const LINGER_MS = 1_000;

/**
 * Answers a request that Node's parser gave up before there was one for Fastify: too slow, headers too large, not HTTP. What the client
 * still sends is read and dropped for a moment: a connection that is closed with bytes unread is reset, and the answer with it
 * (RFC 9112 §9.6).
 */
export function answerClientError(error: Error & { readonly code?: string }, socket: Socket): void {
  // Every further piece of such a request is an error again.
  if (error.code === 'ECONNRESET' || socket.destroyed || socket.writableEnded) return;
  if (!socket.writable) return void socket.destroy(error);
  socket.end(textOf(problemFor(error.code)));
  const linger = setTimeout(() => socket.destroy(), LINGER_MS).unref();
  socket.once('close', () => clearTimeout(linger));
}

function problemFor(code: string | undefined): ProblemDetails {
  switch (code) {
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return requestProblem(408, 'the request did not arrive in time');
    case 'HPE_HEADER_OVERFLOW':
      return requestProblem(431, 'the headers are larger than the server takes');
    default:
      return requestProblem(400, 'this is not HTTP as the server reads it');
  }
}

function textOf(problem: ProblemDetails): string {
  const body = JSON.stringify(problem);
  const head = [
    `HTTP/1.1 ${problem.status} ${problem.title}`,
    'Content-Type: application/problem+json',
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Connection: close',
  ];
  return `${head.join('\r\n')}\r\n\r\n${body}`;
}
