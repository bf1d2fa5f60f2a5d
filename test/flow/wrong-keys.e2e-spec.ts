import { type FlowApp, startApp } from '../support/app.js';
import { Shop } from '../support/shop.js';

const unknown = (i: number): string => `tm_test_${String(i).padStart(10, '0')}_${'x'.repeat(43)}`;

describe('wrong API keys', () => {
  let app: FlowApp;
  let shop: Shop;

  beforeAll(async () => {
    app = await startApp({ env: { TRUST_PROXY: 'true' } });
    shop = new Shop(app.url, app.testKey);
  });
  afterAll(() => app.close());

  /** One request of a client behind a proxy. */
  const from = (address: string, key: string, path = '/v1/store') =>
    new Shop(app.url, key).call<{ code: string; detail: string }>('GET', path, undefined, {
      'x-forwarded-for': address,
    });

  it('are answered alike, whatever is wrong with them: unknown, malformed, of a wrong secret, mode or time', async () => {
    const revoked = await shop.must<{ id: string; key: string }>('POST', '/v1/keys', { name: 'r', scopes: ['admin'] });
    await shop.must('DELETE', `/v1/keys/${revoked.id}`);
    const swap = (key: string) => key.slice(0, -1) + (key.endsWith('A') ? 'B' : 'A');
    const keys = [
      unknown(1),
      'x',
      'tm_live_',
      `${app.testKey}x`,
      swap(app.testKey),
      app.testKey.replace('tm_test_', 'tm_live_'),
      app.testKey.toUpperCase(),
      revoked.key,
    ];
    const answers = await Promise.all(keys.map((key) => from('192.0.2.1', key)));
    for (const { status, body, headers } of answers) {
      expect({ status, body }).toEqual({ status: 401, body: answers[0]!.body });
      expect(headers.get('www-authenticate')).toBe('Bearer');
    }
    expect(JSON.stringify(answers.map(({ body }) => body))).not.toContain(app.testKey);
  });

  it('are the same before a path that exists and before one with somebody’s object', async () => {
    const [one, other] = [await from('192.0.2.2', 'x', '/v1/contacts/a@b.example'), await from('192.0.2.2', 'x')];
    expect([one.status, one.body]).toEqual([401, other.body]);
  });

  it.each(['key', 'api_key', 'apiKey', 'token', 'access_token', 'authorization'])(
    'in the URL are no keys: ?%s=',
    async (name) => {
      expect(await from('192.0.2.3', '', `/v1/store?${name}=${app.testKey}`)).toMatchObject({ status: 401 });
    },
  );

  it.each([
    ['x-api-key', (key: string) => key],
    ['authorization', (key: string) => key],
    ['authorization', (key: string) => `Token ${key}`],
    ['cookie', (key: string) => `authorization=Bearer ${key}; key=${key}`],
  ])('are looked for in no other place: %s', async (name, value) => {
    const answer = await new Shop(app.url, '').call('GET', '/v1/store', undefined, { [name]: value(app.testKey) });
    expect(answer.status).toBe(401);
  });

  it('become 429 after sixty from one address; the store’s own key there, and other addresses, go on', async () => {
    const guesser = '198.51.100.7';
    expect((await from(guesser, app.testKey)).status).toBe(200);
    const guesses = await Promise.all(Array.from({ length: 100 }, (_, i) => from(guesser, unknown(i))));
    expect(new Set(guesses.map(({ status }) => status))).toEqual(new Set([401, 429]));
    const late = await from(guesser, unknown(7));
    expect(late).toMatchObject({ status: 429, body: { code: 'too_many_wrong_keys' } });
    expect(late.headers.get('retry-after')).toBe('1');
    expect(await from(guesser, 'malformed')).toMatchObject({ status: 429, body: late.body });
    expect((await from(guesser, app.testKey)).status).toBe(200);
    expect((await from('198.51.100.8', unknown(1))).status).toBe(401);
    expect((await from('198.51.100.8', app.liveKey)).status).toBe(200);
  });

  it('are counted for the address that the proxy saw, whatever a client has written before it', async () => {
    const guesses = await Promise.all(
      Array.from({ length: 100 }, (_, i) => from(`203.0.113.${i}, 198.51.100.9`, unknown(i))),
    );
    expect(new Set(guesses.map(({ status }) => status))).toEqual(new Set([401, 429]));
    expect((await from('198.51.100.9, 198.51.100.10', unknown(1))).status).toBe(401);
  });

  it('of another scope are 403, and say which is missing', async () => {
    const { key } = await shop.must<{ key: string }>('POST', '/v1/keys', { name: 'n', scopes: ['events:write'] });
    expect(await from('192.0.2.4', key)).toMatchObject({ status: 403, body: { code: 'missing_scope' } });
  });
});
