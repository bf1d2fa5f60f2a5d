import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer, TLSSocket } from 'node:tls';
import { CERTIFICATE } from './certificate.js';

/** A letter as it arrived, with the commands that brought it. */
interface Arrived {
  readonly commands: readonly string[];
  readonly text: string;
}

/** What a test has the server do instead of the usual: answer this, or nothing for ''. */
type Instead = (line: string, socket: Socket, connection: number) => string | null;

/** A mail server that behaves well but for what a test changes. */
export class MailServer {
  readonly letters: Arrived[] = [];
  readonly sockets = new Set<Socket>();
  connections = 0;
  extensions: readonly string[] = [];
  /** Asked for every line that is not of a letter, with `greeting` and `.` among them. */
  instead: Instead = () => null;
  private server: Server;

  /** Listens on a free port; `tls` from the first byte. */
  static async start({ tls = false } = {}): Promise<MailServer> {
    const mail = new MailServer();
    const welcome = (socket: Socket): void => mail.welcome(socket);
    mail.server = tls ? createTlsServer(CERTIFICATE, welcome) : createServer(welcome);
    await new Promise<void>((resolve) => mail.server.listen(0, '127.0.0.1', resolve));
    return mail;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  async close(): Promise<void> {
    const closed = new Promise((resolve) => this.server.close(resolve));
    for (const socket of this.sockets) socket.destroy();
    await closed;
  }

  private welcome(socket: Socket): void {
    const connection = ++this.connections;
    this.hear(socket, connection);
    this.say(socket, this.instead('greeting', socket, connection) ?? '220 here');
  }

  private hear(socket: Socket, connection: number): void {
    this.sockets.add(socket);
    socket.on('error', () => undefined).on('close', () => this.sockets.delete(socket));
    let commands: string[] = [];
    let letter: string[] | null = null;
    let pending = '';
    socket.on('data', (chunk) => {
      pending += chunk.toString();
      for (let end = pending.indexOf('\r\n'); end >= 0; end = pending.indexOf('\r\n')) {
        const line = pending.slice(0, end);
        pending = pending.slice(end + 2);
        if (letter && line !== '.') {
          letter.push(line);
          continue;
        }
        const answer = this.instead(line, socket, connection) ?? this.usual(line);
        if (letter) {
          this.letters.push({ commands, text: letter.join('\r\n') });
          [letter, commands] = [null, []];
        } else commands.push(line);
        if (line === 'DATA' && /^354/m.test(answer)) letter = [];
        this.say(socket, answer);
        if (line === 'STARTTLS') return this.encrypt(socket, connection);
      }
    });
  }

  private usual(line: string): string {
    if (line.startsWith('EHLO'))
      return ['250-here', ...this.extensions.map((it) => `250-${it}`), '250 OK'].join('\r\n');
    if (line === 'DATA') return '354 go ahead';
    if (line.startsWith('AUTH')) return '235 2.7.0 welcome';
    return line === '.' ? '250 2.0.0 Ok: queued as ABC123' : '250 ok';
  }

  private encrypt(plain: Socket, connection: number): void {
    plain.removeAllListeners('data');
    this.hear(new TLSSocket(plain, { isServer: true, ...CERTIFICATE }), connection);
  }

  private say(socket: Socket, answer: string): void {
    if (answer !== '') socket.write(`${answer}\r\n`);
  }
}
