import { createServer as createProxy } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { MailServer } from '../../../test/support/mail-server.js';
import { ACCEPTED, cutWithinLetter, LARGE, MAIL, RETRY, transportFor } from './smtp.builder.js';
import type { SmtpTransport } from './smtp.js';

describe('the settings in SMTP_URL', () => {
  let server: MailServer;
  let transport: SmtpTransport;

  afterEach(async () => {
    await transport.close();
    await server.close();
  });

  it('sign in', async () => {
    server = await MailServer.start();
    server.extensions = ['AUTH PLAIN'];
    transport = transportFor(`smtp://shop%40shop.example:p%3Ass@127.0.0.1:${server.port}`);
    expect(await transport.send(MAIL)).toMatchObject(ACCEPTED);
    const auth = server.letters[0]!.commands.find((line) => line.startsWith('AUTH PLAIN '));
    expect(Buffer.from(auth!.slice('AUTH PLAIN '.length), 'base64').toString()).toBe('\0shop@shop.example\0p:ss');
  });

  it('are at fault when signing in is refused', async () => {
    server = await MailServer.start();
    server.extensions = ['AUTH PLAIN'];
    server.instead = (line) => (line.startsWith('AUTH') ? '535 5.7.8 wrong password' : null);
    transport = transportFor(`smtp://shop:wrong@127.0.0.1:${server.port}`);
    expect(await transport.send(MAIL)).toMatchObject({ kind: 'config', status: 535 });
  });

  it('may allow fewer connections, and fewer letters on each', async () => {
    server = await MailServer.start();
    transport = transportFor(`smtp://127.0.0.1:${server.port}?maxConnections=1&maxMessages=2`);
    // No more letters are on the way than the connections carry away in time.
    expect(transport.slots).toBe(4);
    await Promise.all(Array.from({ length: 5 }, () => transport.send(MAIL)));
    expect(server.letters).toHaveLength(5);
    expect(server.connections).toBe(3);
  });

  it('carry their commands in one go where the server offers PIPELINING', async () => {
    server = await MailServer.start();
    server.extensions = ['PIPELINING'];
    // Says nothing before it has heard all three: whoever waits for an answer to the first waits until the deadline.
    server.instead = (line) => {
      if (line.startsWith('MAIL') || line.startsWith('RCPT')) return '';
      return line === 'DATA' ? '250 ok\r\n250 ok\r\n354 go ahead' : null;
    };
    transport = transportFor(`smtp://127.0.0.1:${server.port}`);
    expect(await transport.send(MAIL)).toMatchObject(ACCEPTED);
  });

  it.each(['smtps', 'smtp'] as const)('encrypt with %s', async (scheme) => {
    server = await MailServer.start({ tls: scheme === 'smtps' });
    server.extensions = ['STARTTLS', 'PIPELINING'];
    transport = transportFor(`${scheme}://localhost:${server.port}?tls.rejectUnauthorized=false`);
    for (let i = 0; i < 3; i++) expect(await transport.send(MAIL)).toMatchObject(ACCEPTED);
    expect(server.connections).toBe(1);
    cutWithinLetter(server);
    expect(await transport.send(LARGE)).toMatchObject(RETRY);
  });

  it('may lead through a proxy, and then nothing goes past it', async () => {
    server = await MailServer.start();
    const asked: string[] = [];
    const proxy = createProxy().on('connect', ({ url }, client) => {
      asked.push(url!);
      client.write('HTTP/1.1 200 OK\r\n\r\n');
      client.pipe(connect(server.port, '127.0.0.1')).pipe(client);
    });
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
    const { port } = proxy.address() as AddressInfo;
    transport = transportFor(`smtp://mail.invalid:2525?proxy=${encodeURIComponent(`http://127.0.0.1:${port}`)}`);
    expect(await transport.send(MAIL)).toMatchObject(ACCEPTED);
    expect(asked).toEqual(['mail.invalid:2525']);
    await transport.close();
    await new Promise((resolve) => proxy.close(resolve));
  });

  it('do not trust a certificate that nobody signed, unless they say so', async () => {
    server = await MailServer.start({ tls: true });
    transport = transportFor(`smtps://localhost:${server.port}`);
    expect(await transport.send(MAIL)).toMatchObject(RETRY);
    expect(server.letters).toHaveLength(0);
  });
});
