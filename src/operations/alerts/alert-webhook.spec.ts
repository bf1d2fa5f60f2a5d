import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Logger } from '@nestjs/common';
import { ProcessClock } from '../../platform/clock/clock.js';
import { AlertWebhook } from './alert-webhook.js';
import type { Notice } from './finding.js';

const NOTICE: Notice = {
  id: '01890000-0000-7000-8000-000000000001',
  event: 'opened',
  kind: 'circuit_open',
  subject: 'coats smtp',
  text: 'smtp refuses all mail of the store coats',
  openedAt: new Date('2026-11-21T12:00:00Z'),
  recoveredAt: null,
};

describe('a webhook for alerts', () => {
  let server: Server;
  let url: string;
  let answer: (request: IncomingMessage, response: ServerResponse) => void;
  const got: { path: string; headers: IncomingMessage['headers']; body: string }[] = [];

  beforeAll(async () => {
    Logger.overrideLogger(false);
    server = createServer((request, response) => {
      let body = '';
      request.on('data', (chunk: Buffer) => (body += chunk.toString()));
      request.on('end', () => {
        got.push({ path: request.url!, headers: request.headers, body });
        answer(request, response);
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/alerts`;
  });
  beforeEach(() => {
    got.length = 0;
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });
  const webhook = (waitMs?: number) => new AlertWebhook(url, new ProcessClock(), waitMs);

  it('is posted the notice as JSON, with an id that stays the same', async () => {
    answer = (_, response) => response.writeHead(204).end();
    expect(await webhook().send(NOTICE)).toBe(true);
    expect(got).toMatchObject([
      { path: '/alerts', headers: { 'content-type': 'application/json', 'webhook-id': `${NOTICE.id}.opened` } },
    ]);
    const { event: _, ...alert } = NOTICE;
    expect(JSON.parse(got[0]!.body)).toEqual({
      type: 'alert.opened',
      alert: { ...alert, openedAt: '2026-11-21T12:00:00.000Z' },
    });
  });

  it.each<[string, (request: IncomingMessage, response: ServerResponse) => void]>([
    ['refuses it', (_, response) => response.writeHead(500).end('x')],
    ['hangs up', (request) => request.socket.destroy()],
    ['redirects elsewhere', (_, response) => response.writeHead(307, { location: '/elsewhere' }).end()],
  ])('has not taken it when the server %s, and is asked once', async (_, behaviour) => {
    answer = behaviour;
    expect(await webhook().send(NOTICE)).toBe(false);
    expect(got.map(({ path }) => path)).toEqual(['/alerts']);
  });

  it('has not taken it when the server hangs, and is not waited for', async () => {
    answer = () => undefined;
    expect(await webhook(200).send(NOTICE)).toBe(false);
    expect(got.length).toBeLessThanOrEqual(1); // on a busy machine the time may be over before it was asked
  });

  it.each(['file:///etc/passwd', 'ftp://127.0.0.1/', 'data:text/plain,x', 'gopher://x/'])('is never %s', (address) => {
    expect(() => new AlertWebhook(address, new ProcessClock())).toThrow('http or https only');
  });
});
