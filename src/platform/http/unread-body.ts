import type { IncomingMessage } from 'node:http';
import { finished, Readable } from 'node:stream';

/** How long a client may go on sending a body that is refused. */
const LINGER_MS = 5_000;

/**
 * An answer that is told at once and ends when the client has sent the rest of its body, which is dropped. The connection is closed
 * behind it, and one that is closed with bytes unread is reset: most clients would see that in place of the answer (RFC 9112 §9.6).
 */
export function answerBesideBody(answer: string, request: IncomingMessage, lingerMs = LINGER_MS): Readable {
  const told = new Readable({ read: () => undefined });
  told.push(answer);
  const linger = setTimeout(() => told.push(null), lingerMs).unref();
  finished(request, { writable: false }, () => {
    clearTimeout(linger);
    told.push(null);
  });
  request.resume();
  return told;
}
