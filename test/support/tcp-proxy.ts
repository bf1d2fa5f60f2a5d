import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/** A way to a server on this machine that can be cut, or swallow everything in silence as a broken route does. */
export class TcpProxy {
  private readonly sockets = new Set<Socket>();
  private swallowing = false;

  private constructor(
    private readonly server: Server,
    private readonly target: number,
  ) {
    server.on('connection', (socket) => this.join(socket));
  }

  static async to(target: number): Promise<TcpProxy> {
    const server = createServer({ allowHalfOpen: true });
    const proxy = new TcpProxy(server, target);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return proxy;
  }

  /** A way to the database of this URL, and the URL that leads through it. */
  static async before(databaseUrl: string): Promise<{ readonly proxy: TcpProxy; readonly url: string }> {
    const url = new URL(databaseUrl);
    const proxy = await TcpProxy.to(Number(url.port));
    url.port = String(proxy.port);
    return { proxy, url: url.href };
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  /** From now on bytes go nowhere and nobody hears of an end: both sides think that they are connected. */
  blackhole(): void {
    this.swallowing = true;
    for (const socket of this.sockets) socket.pause();
  }

  /** New connections work again; the swallowed ones stay as they are. */
  restore(): void {
    this.swallowing = false;
  }

  /** Resets every connection. */
  cut(): void {
    for (const socket of this.sockets) socket.resetAndDestroy();
  }

  async close(): Promise<void> {
    const closed = new Promise((resolve) => this.server.close(resolve));
    for (const socket of this.sockets) socket.destroy();
    await closed;
  }

  private join(client: Socket): void {
    this.keep(client);
    if (this.swallowing) return void client.pause();
    const server = this.keep(connect(this.target, '127.0.0.1'));
    for (const [from, to] of [
      [client, server],
      [server, client],
    ] as const) {
      from.on('data', (chunk: Buffer) => to.write(chunk));
      from.on('end', () => to.end());
      from.on('close', () => to.destroy());
    }
  }

  private keep(socket: Socket): Socket {
    this.sockets.add(socket);
    socket.setNoDelay(true);
    socket.on('error', () => undefined); // the other side is told by its own end
    socket.on('close', () => this.sockets.delete(socket));
    return socket;
  }
}
