import type { Socket } from 'node:net';
import type SMTPPool from 'nodemailer/lib/smtp-pool';
import PoolResource from 'nodemailer/lib/smtp-pool/pool-resource';
import type { ProcessClock } from '../../platform/clock/clock.js';
import { failureOf, type SmtpFailure } from './smtp-outcome.js';
import { SmtpSession } from './smtp-session.js';

/** Who is told what becomes of a connection. */
export interface ConnectionOwner {
  /** Signed in and free for its first letter. */
  opened(session: SmtpSession): void;
  notOpened(failure: SmtpFailure): void;
  free(session: SmtpSession): void;
  /** Of no more use; its letter, if it has one, was not answered. Told once. */
  lost(session: SmtpSession, failure: SmtpFailure): void;
}

/** What nodemailer's typings keep private: the extensions that the server named when it was greeted. */
interface Greeted {
  readonly _supportedExtensions?: readonly string[];
}

/**
 * Opens a connection as `settings` say. Connecting, TLS, signing in, proxies and time limits are nodemailer's; then the
 * session has the socket's data, and nodemailer only watches over the line. Returns what hangs up.
 */
export function openSession(settings: SMTPPool, clock: ProcessClock, owner: ConnectionOwner): () => void {
  const resource = new PoolResource(settings);
  let socket: Socket | null = null;
  let session: SmtpSession | null = null;
  let cause: SmtpFailure | null = null;
  let over = false;

  const drop = (failure?: SmtpFailure): void => {
    cause ??= failure ?? null;
    // nodemailer would end it politely and so send what still waits to be written.
    socket?.destroy();
    resource.close();
  };
  const end = (): void => {
    if (over) return;
    over = true;
    const words = session?.lastWords ?? null;
    const failure =
      cause ?? (words === null ? { message: 'the server closed the connection' } : failureOf('CONN', words));
    if (session) owner.lost(session, failure);
    else owner.notOpened(failure);
  };

  resource.on('error', (error: SmtpFailure) => (cause ??= error));
  // Where signing in fails nodemailer closes first and says why afterwards.
  resource.once('close', () => (session ? end() : setImmediate(end)));
  resource.connect((error) => {
    if (error || over) {
      cause ??= error;
      return end();
    }
    const { connection } = resource;
    socket = connection._socket as Socket;
    socket.removeAllListeners('data');
    connection.on('error', drop);
    const extensions = (connection as Greeted)._supportedExtensions ?? [];
    session = new SmtpSession(
      { pipelining: extensions.includes('PIPELINING'), utf8: extensions.includes('SMTPUTF8') },
      {
        socket,
        encrypted: connection.secure,
        drop,
        leave: () => resource.close(),
        free: (freed) => owner.free(freed),
      },
      clock,
    );
    owner.opened(session);
  });
  return drop;
}
