import { createServer as createHttpServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTcpServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** What a provider does with a letter. */
export type Behaviour =
  | 'accept'
  | 'reject'
  | 'busy'
  | 'rate-limit'
  | 'wrong-key'
  | 'broken'
  | 'slow'
  | 'hang-up-before'
  | 'hang-up-after'
  | 'garbage';

/** A provider that does as it is told and remembers whole letters that it has seen. */
export interface MisbehavingServer {
  readonly url: string;
  behaviour: Behaviour;
  /** Bodies of letters that arrived to their last byte. */
  readonly received: string[];
  readonly requestHeaders: Record<string, string | string[] | undefined>[];
  close(): Promise<void>;
}

/** Speaks SendGrid's API, more or less. */
export async function misbehavingHttp(): Promise<MisbehavingServer> {
  const server = createHttpServer((request, response) => {
    if (state.behaviour === 'hang-up-before') return void request.socket.destroy();
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      state.received.push(body);
      state.requestHeaders.push(request.headers);
      answerHttp(state.behaviour, request, response, body);
    });
  });
  const state = await listening(server);
  return Object.assign(state, { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });
}

function answerHttp(behaviour: Behaviour, request: IncomingMessage, response: ServerResponse, letter: string): void {
  const answer = (status: number, body: object | null, headers: Record<string, string> = {}): void => {
    response
      .writeHead(status, { 'content-type': 'application/json', ...headers })
      .end(body ? JSON.stringify(body) : '');
  };
  const fault = (message: string, field: string | null = null): object => ({
    errors: [{ message, field, help: null }],
  });
  switch (behaviour) {
    case 'accept':
      return answer(202, null, { 'x-message-id': 'sg-1' });
    case 'reject':
      return answer(400, fault('Does not contain a valid address.', 'personalizations.0.to.0.email'));
    case 'busy':
      return answer(503, fault('unavailable'));
    case 'rate-limit':
      return answer(429, fault('too many requests'), { 'retry-after': '7' });
    case 'wrong-key':
      // Repeats what it was told, as careless servers do.
      return answer(401, fault(`The grant ${request.headers.authorization} for ${addressIn(letter)} is invalid`));
    case 'broken':
      return answer(500, fault('an error occurred'));
    case 'slow':
      return;
    case 'hang-up-after':
    case 'hang-up-before':
      return void request.socket.destroy();
    case 'garbage':
      return void request.socket.end('\u0001\u0002 this is not HTTP\r\n\r\n');
  }
}

function addressIn(letter: string): string {
  return /"to":\[\{"email":"([^"]+)"/.exec(letter)?.[1] ?? 'nobody';
}

/** Speaks SMTP, more or less. */
export async function misbehavingSmtp(): Promise<MisbehavingServer> {
  const sockets = new Set<Socket>();
  const server = createTcpServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket)).on('error', () => undefined);
    converse(socket, state);
  });
  const state = await listening(server, sockets);
  return Object.assign(state, { url: `smtp://127.0.0.1:${(server.address() as AddressInfo).port}` });
}

function converse(socket: Socket, state: Pick<MisbehavingServer, 'behaviour' | 'received'>): void {
  let pending = '';
  let letter: string | null = null;
  const say = (line: string): void => void socket.write(`${line}\r\n`);
  say('220 misbehaving ESMTP');
  socket.on('data', (chunk) => {
    pending += chunk.toString('latin1');
    for (let end = pending.indexOf('\r\n'); end >= 0; end = pending.indexOf('\r\n')) {
      const line = pending.slice(0, end);
      pending = pending.slice(end + 2);
      if (letter !== null && line !== '.') {
        letter += `${line}\r\n`;
        continue;
      }
      if (letter !== null) {
        state.received.push(letter);
        letter = null;
        afterDot(socket, state.behaviour, say);
      } else if (command(line, socket, state.behaviour, say)) letter = '';
    }
  });
}

/** Answers a command; true when the letter follows. */
function command(line: string, socket: Socket, behaviour: Behaviour, say: (line: string) => void): boolean {
  const verb = line.slice(0, 4).toUpperCase();
  if (verb === 'EHLO') say('250 misbehaving');
  else if (verb === 'MAIL' && behaviour === 'wrong-key') say('550 5.7.1 sender is not yours');
  else if (verb === 'RCPT' && behaviour === 'reject') say('550 5.1.1 no such user');
  else if (verb === 'RCPT' && behaviour === 'rate-limit') say('450 4.7.1 slow down');
  else if (verb === 'DATA' && behaviour === 'hang-up-before') socket.destroy();
  else if (verb === 'DATA') {
    say('354 go ahead');
    return true;
  } else say('250 ok');
  return false;
}

function afterDot(socket: Socket, behaviour: Behaviour, say: (line: string) => void): void {
  if (behaviour === 'hang-up-after') socket.destroy();
  else if (behaviour === 'busy') say('451 4.3.0 try later');
  else if (behaviour === 'garbage') say('\u0001 what?');
  else if (behaviour === 'broken') socket.end('25');
  else if (behaviour !== 'slow') say('250 2.0.0 Ok: queued as ABC123');
}

async function listening(
  server: Server,
  sockets: ReadonlySet<Socket> = new Set(),
): Promise<Omit<MisbehavingServer, 'url'>> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    behaviour: 'accept',
    received: [],
    requestHeaders: [],
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
        if ('closeAllConnections' in server) (server as { closeAllConnections(): void }).closeAllConnections();
      }),
  };
}

/** A PostgreSQL that lets everybody in and never answers a statement. */
export async function silentPostgres(): Promise<{ readonly url: string; close(): Promise<void> }> {
  const AUTHENTICATED = Buffer.from([82, 0, 0, 0, 8, 0, 0, 0, 0]);
  const READY = Buffer.from([90, 0, 0, 0, 5, 73]);
  const sockets = new Set<Socket>();
  const server = createTcpServer((socket) => {
    sockets.add(socket.on('error', () => undefined));
    socket.once('data', () => socket.write(Buffer.concat([AUTHENTICATED, READY])));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `postgres://anyone@127.0.0.1:${(server.address() as AddressInfo).port}/anything`,
    close: () => {
      for (const socket of sockets) socket.destroy();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}
