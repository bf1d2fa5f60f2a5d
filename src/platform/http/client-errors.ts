import type { Socket } from 'node:net';
import { type ProblemDetails, requestProblem } from './problem.js';

/** Answers a request that Node's parser gave up before there was one for Fastify: too slow, headers too large, not HTTP. */
export function answerClientError(error: Error & { readonly code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || socket.destroyed) return;
  if (socket.writable) socket.write(textOf(problemFor(error.code)));
  socket.destroy(error);
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
