import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ProcessClock } from '../../platform/clock/clock.js';
import { DeliveryTimes } from '../delivery-times.js';
import { SendGridTransport } from './sendgrid.js';
import { type Mail, type SendResult, utf8Parts } from './transport.js';

const MAIL: Mail = {
  messageId: '01a20057-9716-70cb-92ae-251f4ad2aa4b',
  storeId: '01a20057-95dd-7026-b614-2031f03af755',
  from: { email: 'shop@shop.example', name: 'Shop' },
  to: 'anna@example.com',
  replyTo: null,
  subject: 'Subject',
  parts: () => utf8Parts({ html: '<p>Hello</p>', text: 'Hello' }),
  headers: {},
};
const fault = (message: string, field: string | null = null) =>
  JSON.stringify({ errors: [{ message, field, help: null }] });
const inAMinute = () => String(Math.floor(Date.now() / 1_000) + 60);

interface Answer {
  readonly status: number;
  readonly body?: string;
  readonly headers?: () => Record<string, string>;
}

const TABLE: readonly (readonly [promise: string, answer: Answer, expected: object])[] = [
  ['202 is accepted', { status: 202, headers: () => ({ 'x-message-id': 'sg-1' }) }, { kind: 'accepted', status: 202 }],
  ['202 with garbage for a body is accepted', { status: 202, body: '\u0001<html>' }, { kind: 'accepted' }],
  ['200, the answer to a trial, is accepted', { status: 200, body: '{}' }, { kind: 'accepted' }],
  [
    '301 is a fault of the settings',
    { status: 301, headers: () => ({ location: 'http://127.0.0.1:1/' }) },
    CONFIG(301),
  ],
  [
    '400 that blames the recipient is the letter’s',
    { status: 400, body: fault('bad', 'personalizations.0.to.0.email') },
    { kind: 'rejected', code: '400:personalizations.0.to.0.email', concerns: 'recipient' },
  ],
  [
    '400 that blames the content is the letter’s',
    { status: 400, body: fault('bad', 'content.0.value') },
    { kind: 'rejected', code: '400:content.0.value', concerns: 'content' },
  ],
  [
    '400 that blames the sender is a fault of the settings',
    { status: 400, body: fault('bad', 'from.email') },
    CONFIG(400),
  ],
  [
    '400 with garbage for a body is the letter’s',
    { status: 400, body: '<html>' },
    { kind: 'rejected', code: '400', concerns: 'content' },
  ],
  ['401 is a fault of the settings', { status: 401, body: fault('authorization required') }, CONFIG(401)],
  ['403 is a fault of the settings', { status: 403, body: fault('not a verified sender') }, CONFIG(403)],
  ['404 is a fault of the settings', { status: 404 }, CONFIG(404)],
  ['405 is a fault of the settings', { status: 405 }, CONFIG(405)],
  ['408 says nothing certain', { status: 408 }, { kind: 'unknown', status: 408 }],
  ['413 is the letter’s', { status: 413, body: fault('too large') }, { kind: 'rejected', code: '413' }],
  [
    '429 waits as long as Retry-After says and does not count',
    { status: 429, headers: () => ({ 'retry-after': '7' }) },
    { kind: 'retry', counts: false, retryAfterMs: 7_000 },
  ],
  ['429 without a word of when is tried again', { status: 429 }, { kind: 'retry', counts: false, retryAfterMs: null }],
  ['500 says nothing certain', { status: 500, body: fault('an error occurred') }, { kind: 'unknown', status: 500 }],
  ['502 says nothing certain', { status: 502, body: '<html>Bad Gateway</html>' }, { kind: 'unknown', status: 502 }],
  ['503 was not taken', { status: 503 }, { kind: 'retry', counts: true, status: 503 }],
  ['504 says nothing certain', { status: 504 }, { kind: 'unknown', status: 504 }],
];

function CONFIG(status: number): object {
  return { kind: 'config', status };
}

describe('an answer of SendGrid', () => {
  let server: Server;
  let url: string;
  let behave: (request: IncomingMessage, response: ServerResponse) => void;
  let transport: SendGridTransport;

  beforeAll(async () => {
    server = createServer((request, response) => {
      request.resume().on('end', () => behave(request, response));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterEach(() => transport.close());
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });

  const send = (deadlineMs = 10_000): Promise<SendResult> => {
    transport = new SendGridTransport('SG.key', url, new ProcessClock(), deadlineMs);
    return transport.send(MAIL);
  };

  it.each(TABLE)('%s', async (_promise, { status, body = '', headers = () => ({}) }, expected) => {
    behave = (_, response) => void response.writeHead(status, headers()).end(body);
    expect(await send()).toMatchObject(expected);
  });

  it('429 waits until X-RateLimit-Reset where there is no Retry-After', async () => {
    behave = (_, response) => void response.writeHead(429, { 'x-ratelimit-reset': inAMinute() }).end();
    const result = await send();
    expect(result).toMatchObject({ kind: 'retry', counts: false });
    const waitMs = (result as { retryAfterMs: number }).retryAfterMs;
    expect([waitMs > 0, waitMs <= 60_000]).toEqual([true, true]);
  });

  it('that comes slowly, but before the deadline, is believed; ours is twenty seconds and ends well within a lease', async () => {
    behave = (_, response) => void setTimeout(() => response.writeHead(202).end(), 500);
    expect(await send()).toMatchObject({ kind: 'accepted' });
    const { deadlineMs } = new SendGridTransport('SG.key', url, new ProcessClock());
    expect([deadlineMs, deadlineMs < new DeliveryTimes().leaseMs / 2]).toEqual([20_000, true]);
  });

  it('that never comes, breaks off before its status or is torn down says nothing certain', async () => {
    behave = () => undefined;
    expect(await send(800)).toMatchObject({ kind: 'unknown' });
    await transport.close();
    behave = (request) => void request.socket.end('HTTP/1.1 202 Acc');
    expect(await send()).toMatchObject({ kind: 'unknown' });
    await transport.close();
    behave = (request) => void request.socket.resetAndDestroy();
    expect(await send()).toMatchObject({ kind: 'unknown' });
  });

  it('202 that is cut off in its body is accepted all the same: sent again, it would arrive twice', async () => {
    behave = (request) =>
      void request.socket.end('HTTP/1.1 202 Accepted\r\nx-message-id: sg-2\r\ncontent-length: 10\r\n\r\nab');
    expect(await send()).toEqual({ kind: 'accepted', status: 202, providerMessageId: 'sg-2' });
  });

  it('is never followed elsewhere: a redirect gets neither the letter nor the key', async () => {
    let asked = 0;
    behave = (_, response) => {
      asked++;
      response.writeHead(307, { location: `${url}/elsewhere` }).end();
    };
    expect(await send()).toMatchObject({ kind: 'config', status: 307 });
    expect(asked).toBe(1);
  });
});
