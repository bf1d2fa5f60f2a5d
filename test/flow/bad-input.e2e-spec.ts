import { once } from 'node:events';
import { request } from 'node:http';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { finished } from 'node:stream/promises';
import { gzipSync } from 'node:zlib';
import { type FlowApp, startApp } from '../support/app.js';
import { Shop } from '../support/shop.js';

const NOON = '2026-11-21T12:00:00.000Z';
const good = {
  type: 'cart.updated',
  occurredAt: NOON,
  contact: { email: 'anna@example.com' },
  data: { cartId: '1', items: [] },
};
const nested = (depth: number) => '{"a":'.repeat(depth) + '1' + '}'.repeat(depth);
const withData = (data: string) =>
  `{"type":"cart.updated","occurredAt":"${NOON}","contact":{"email":"a@example.com"},"data":${data}}`;
const withEmail = (email: string) => JSON.stringify({ ...good, contact: { email } });
const change = (patch: object) => JSON.stringify({ ...good, ...patch });

/** Body and the status that it must get. */
const BODIES: readonly (readonly [name: string, body: string | Buffer, status: 400 | 413 | 422])[] = [
  ['nothing', '', 400],
  ['half of a JSON', '{"type":', 400],
  ['a word', 'cart', 400],
  ['an array', '[]', 422],
  ['null', 'null', 422],
  ['a number', '7', 422],
  ['invalid UTF-8', Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x3a, 0x31, 0x7d]), 400],
  ['no type', change({ type: undefined }), 422],
  ['a type of another shape', change({ type: 'Cart Updated' }), 422],
  ['a number for a type', change({ type: 7 }), 422],
  ['a type of one word', change({ type: 'cart' }), 422],
  ['a number as text', change({ data: { items: [{ productId: 'p', quantity: '1' }] } }), 422],
  [
    'a truth as text',
    change({ contact: { email: 'a@example.com', consent: { marketing: 'true', source: 's' } } }),
    422,
  ],
  ['an instant as a number', change({ occurredAt: 1763740800000 }), 422],
  ['a day that does not exist', change({ occurredAt: '2026-02-30T12:00:00Z' }), 422],
  ['a leap second', change({ occurredAt: '2016-12-31T23:59:60Z' }), 422],
  ['an instant without a zone', change({ occurredAt: '2026-11-21T12:00:00' }), 422],
  ['an unknown field', change({ colour: 'red' }), 422],
  ['an unknown field of the contact', change({ contact: { email: 'a@example.com', colour: 'red' } }), 422],
  ['no contact', change({ contact: undefined }), 422],
  ['a contact without any identity', change({ contact: { firstName: 'Anna' } }), 422],
  ['an array for data', change({ data: [] }), 422],
  ['a negative price', change({ data: { total: -1 } }), 422],
  ['no quantity at all', change({ data: { items: [{ productId: 'p', quantity: 0 }] } }), 422],
  ['an id beyond 2^53', withData('{"cartId":12345678901234567890}'), 422],
  ['a number beyond any', withData('{"total":1e400}'), 400],
  ['NUL in a value', withData('{"cartId":"a\\u0000b"}'), 400],
  ['NUL in a key', withData('{"a\\u0000b":1}'), 400],
  ['a lone surrogate in a value', withData('{"cartId":"\\ud800"}'), 400],
  ['a lone surrogate in a key', withData('{"\\udc00":1}'), 400],
  ['the key __proto__', withData('{"__proto__":{"polluted":true}}'), 400],
  ['the key constructor', withData('{"constructor":{"prototype":{"polluted":true}}}'), 400],
  ['the key prototype', withData('{"prototype":1}'), 400],
  ['a depth of 17', withData(nested(17)), 400],
  ['a depth of 200', withData(nested(200)), 400],
  ['a depth of 20,000', withData(nested(20_000)), 400],
  ['501 keys', change({ data: Object.fromEntries(Array.from({ length: 501 }, (_, i) => [`k${i}`, i])) }), 400],
  ['a string of 17 KiB', change({ data: { note: 'x'.repeat(17 * 1024) } }), 400],
  [
    'a body of 1 MB',
    change({ data: Object.fromEntries(Array.from({ length: 70 }, (_, i) => [`k${i}`, 'x'.repeat(15_000)])) }),
    413,
  ],
  ['an address without @', withEmail('anna'), 422],
  ['an address with a line break', withEmail('a@example.com\r\nBcc: b@example.com'), 422],
  ['two addresses', withEmail('a@example.com,b@example.com'), 422],
  ['an address with a bidi override', withEmail('a\u202Eb@example.com'), 422],
  ['a quoted address', withEmail('"<script>"@example.com'), 422],
  ['an address with a local part of 65', withEmail(`${'a'.repeat(65)}@example.com`), 422],
  ['an address that ends in a dot', withEmail('a@example.com.'), 422],
  ['a homograph in Cyrillic letters', withEmail('аnna@example.com'), 422],
  ['an instant too far ahead', change({ occurredAt: '2026-11-21T12:06:00.000Z' }), 422],
];

describe('bad input', () => {
  let app: FlowApp;
  let shop: Shop;

  beforeAll(async () => {
    app = await startApp();
    shop = new Shop(app.url, app.testKey);
    await shop.reset(NOON);
  });
  afterAll(() => app.close());

  const stored = async () => (await shop.must<{ items: unknown[] }>('GET', '/v1/events')).items;

  it.each(BODIES)('%s is refused as a problem, and nothing of it is stored', async (_name, body, status) => {
    const answer = await raw(app.url, '/v1/events', app.testKey, body);
    expect({ status: answer.status, type: answer.type }).toEqual({ status, type: 'application/problem+json' });
    const problem = JSON.parse(answer.body) as { status: number; code: string; title: string };
    expect(problem).toMatchObject({
      status,
      code: expect.stringMatching(/^[a-z][a-z0-9_]*$/),
      title: expect.stringMatching(/\S/),
    });
    expect(answer.body).not.toMatch(/node_modules|at .*\.js:/);
    expect(await stored()).toEqual([]);
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  });

  it('a bad event in a batch does not hinder its neighbours', async () => {
    const answer = await shop.must<{ accepted: number; rejected: number; results: { problem?: { status: number } }[] }>(
      'POST',
      '/v1/events/batch',
      {
        events: [
          { ...good, id: 'one' },
          { ...good, type: 7 },
          { ...good, id: 'two' },
        ],
      },
    );
    expect(answer).toMatchObject({ accepted: 2, rejected: 1 });
    expect(answer.results[1]!.problem).toMatchObject({ status: 422 });
    expect(await stored()).toHaveLength(2);
    await shop.reset(NOON);
  });

  it.each([
    ['no key', '', 401],
    ['an unknown key', 'tm_test_aaaaaaaaaa_aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa', 401],
    ['a key of another shape', 'x', 401],
  ])('%s is 401', async (_name, key, status) => {
    const answer = await raw(app.url, '/v1/events', key, JSON.stringify(good));
    expect(answer.status).toBe(status);
    expect(answer.type).toBe('application/problem+json');
  });

  it.each([
    ['another media type', { 'content-type': 'text/plain' }, 415],
    ['no media type', {}, 415],
  ])('%s is 415', async (_name, headers, status) => {
    const answer = await raw(app.url, '/v1/events', app.testKey, JSON.stringify(good), headers);
    expect(answer).toMatchObject({ status, type: 'application/problem+json' });
  });

  it.each([
    ['/v1/events', 'application/json', JSON.stringify(good)],
    ['/v1/contacts/import', 'text/csv', 'email\nanna@example.com\n'],
  ])('a packed body of %s is 415 and told to come as it is', async (path, type, body) => {
    const answer = await raw(app.url, path, app.testKey, gzipSync(body), {
      'content-type': type,
      'content-encoding': 'gzip',
    });
    expect(answer.status).toBe(415);
    expect(answer.body).toContain('without Content-Encoding');
  });

  it.each([
    ['/v1/events?limit=0', 400],
    ['/v1/events?limit=201', 400],
    ['/v1/events?limit=ten', 400],
    ['/v1/events?cursor=unreadable', 400],
    ['/v1/messages?cursor=eyJ4Ijox', 400],
    ['/v1/messages?scenario=one&scenario=two', 400],
    ['/v1/events?contact=a@example.com&contact=b@example.com', 400],
    ['/v1/messages?contact=an+na@example.com', 400],
    ['/v1/events?contact=u-17', 400],
    ['/v1/messages/not-an-id', 404],
    ['/v1/messages/00000000-0000-7000-8000-000000000000', 404],
    ['/v1/scenarios/unknown', 404],
    ['/v1/stats/scenarios/unknown', 404],
    ['/v1/nothing', 404],
    ['/v1/events/%00', 404],
    ['/v1/contacts/%F0%28%8C%28', 400],
  ])('GET %s is %i as a problem', async (path, status) => {
    const answer = await shop.call<{ status: number }>('GET', path);
    expect(answer.status).toBe(status);
    expect(answer.headers.get('content-type')).toContain('application/problem+json');
  });

  it.each([
    ['PUT', '/v1/contacts/anna@example.com', 'null'],
    ['PATCH', '/v1/store', '[]'],
    ['POST', '/v1/keys', '"key"'],
    ['POST', '/v1/sandbox/advance', '7'],
  ])('%s %s takes no %s for an object, and says so of the whole body', async (method, path, body) => {
    const answer = await shop.call(method, path, body);
    expect(answer).toMatchObject({ status: 422, body: { errors: [{ pointer: '', detail: 'must be an object' }] } });
  });

  it.each([
    ['/v1/keys', ['keys', 'x', 'y']],
    ['/v1/keys', ['keys', '00000000-0000-7000-8000-000000000000']],
    ['/v1/scenarios', ['scenarios', '\0']],
    ['/v1/scenarios/abandoned-cart/versions', ['scenario-versions', 1.5]],
    ['/v1/contacts/anna@example.com/timeline', ['timeline', '2026-13-21', 1, 'x']],
  ])('a cursor that %s has not returned, of %j, is refused as one', async (path, position) => {
    await shop.must('PUT', '/v1/contacts/anna@example.com', {});
    const cursor = Buffer.from(JSON.stringify(position)).toString('base64url');
    const answer = await shop.call('GET', `${path}?cursor=${cursor}`);
    expect(answer).toMatchObject({ status: 400, body: { code: 'invalid_cursor' } });
  });

  it('a cursor of one list is refused by another, though both go by keys', async () => {
    const lists = ['/v1/scenarios', '/v1/templates', '/v1/presets'];
    for (const from of lists) {
      const { nextCursor } = await shop.must<{ nextCursor: string }>('GET', `${from}?limit=1`);
      const answers = lists.map((path) => shop.call('GET', `${path}?cursor=${nextCursor}`));
      const statuses = (await Promise.all(answers)).map(({ status }) => status);
      expect(statuses).toEqual(lists.map((path) => (path === from ? 200 : 400)));
    }
  });

  it('a person is not cleared by a request that lost its body', async () => {
    const path = '/v1/contacts/anna@example.com';
    await shop.must('PUT', path, { firstName: 'Anna' });
    expect(await shop.call('PUT', path)).toMatchObject({ status: 400, body: { code: 'body_missing' } });
    expect(await shop.call('PUT', path, '')).toMatchObject({ status: 400, body: { code: 'body_missing' } });
    expect(await shop.must('GET', path)).toMatchObject({ firstName: 'Anna' });
    expect(await shop.must('PUT', path, {})).toMatchObject({ firstName: null });
  });

  it.each([
    ['too large for its route', 'application/json', 413, /more than the 262144 bytes that this route takes/],
    ['of a type that its route does not take', 'text/csv', 415, /send the body as application\/json/],
  ])('a body %s is answered, however much of it is still on its way', async (_what, contentType, status, detail) => {
    const half = Buffer.alloc(16 * 1024 * 1024, ' ');
    const { hostname, port } = new URL(app.url);
    const socket = connect({ host: hostname, port: Number(port), allowHalfOpen: true });
    const head = [`Authorization: Bearer ${app.testKey}`, `Content-Type: ${contentType}`, 'Host: shop'];
    socket.write(`POST /v1/events HTTP/1.1\r\n${head.join('\r\n')}\r\nContent-Length: ${2 * half.length}\r\n\r\n`);
    socket.write(half);
    const [answer] = (await once(socket, 'data')) as [Buffer];
    expect(JSON.parse(answer.toString().split('\r\n\r\n')[1]!)).toMatchObject({
      status,
      detail: expect.stringMatching(detail),
    });
    // Many clients read no answer before they have written all: a connection that is reset meanwhile is all that they see.
    socket.end(half);
    await finished(socket);
  });

  it.each([
    ['without Host is told what it lacks', '', 400, 'malformed', /Host/],
    [
      'that expects what nobody knows is answered as any other',
      'Host: a\r\nExpect: more\r\n',
      401,
      'unauthorized',
      /key/,
    ],
  ])('a request %s', async (_what, headers, status, code, detail) => {
    const { hostname, port } = new URL(app.url);
    const socket = connect({ host: hostname, port: Number(port) });
    socket.write(`GET /v1/store HTTP/1.1\r\n${headers}Connection: close\r\n\r\n`);
    const [head, body] = (await text(socket)).split('\r\n\r\n');
    expect(head).toMatch(new RegExp(`^HTTP/1\\.1 ${status} [^]*\\r\\ncontent-type: application/problem\\+json`));
    expect(JSON.parse(body!)).toMatchObject({ status, code, detail: expect.stringMatching(detail) });
  });

  it('the sandbox cannot be moved with a live key', async () => {
    const live = new Shop(app.url, app.liveKey);
    expect((await live.call('POST', '/v1/sandbox/advance', { by: '1 hour' })).status).toBe(403);
  });
});

function raw(
  url: string,
  path: string,
  key: string,
  body: string | Buffer,
  headers: Record<string, string> = { 'content-type': 'application/json' },
) {
  return new Promise<{ status: number; type: string; body: string }>((resolve, reject) => {
    const sent = request(
      url + path,
      { method: 'POST', headers: { authorization: `Bearer ${key}`, ...headers } },
      (response) => {
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (chunk: string) => (text += chunk));
        response.on('end', () =>
          resolve({
            status: response.statusCode!,
            type: (response.headers['content-type'] ?? '').split(';')[0]!,
            body: text,
          }),
        );
      },
    );
    sent.once('error', reject);
    sent.end(body);
  });
}
