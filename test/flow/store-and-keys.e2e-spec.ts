import { type FlowApp, startApp } from '../support/app.js';
import { onServer } from '../support/template-database.js';
import { createStore } from '../../src/stores/create-store.js';
import { insertKey } from '../../src/stores/keys.service.js';
import { Shop } from '../support/shop.js';

interface NewKey {
  readonly id: string;
  readonly key: string;
}

describe('a store and its keys', () => {
  let app: FlowApp;
  let shop: Shop;

  beforeAll(async () => {
    app = await startApp();
    shop = new Shop(app.url, app.testKey);
  });
  afterAll(() => app.close());

  it('has settings of which a patch changes what it names', async () => {
    await shop.must('PATCH', '/v1/store', {
      name: 'Coats',
      from: { email: 'hello@coats.example', name: 'Coats' },
      timezone: 'Europe/Moscow',
    });
    const store = await shop.must<object>('PATCH', '/v1/store', {
      brand: { colors: { primary: '#112233' } },
      from: null,
    });
    expect(store).toMatchObject({
      key: 'default',
      name: 'Coats',
      from: null,
      timezone: 'Europe/Moscow',
      brand: { colors: { primary: '#112233', text: '#1f2328' } },
    });
    expect(await shop.must('GET', '/v1/store')).toEqual(store);
    await shop.must('PATCH', '/v1/store', { brand: { name: 'The Coats' } });
    expect(await shop.must('PATCH', '/v1/store', { brand: { name: null } })).toEqual(store);
  });

  it.each<readonly [object, string, string]>([
    [{ colour: 'red' }, '/colour', 'unknown_field'],
    [{ timezone: 'Mars/Olympus' }, '/timezone', 'time_zone'],
    [{ timezone: null }, '/timezone', 'time_zone'],
    [{ doubleOptIn: 'true' }, '/doubleOptIn', 'is_boolean'],
    [{ brand: { colors: { primary: 'red' } } }, '/brand/colors/primary', 'color'],
    [{ locale: 'zh-CN-Hans' }, '/locale', 'locale'],
    ...['http:shop.example', 'ftp://shop.example', 'https://me:secret@shop.example', 'https:\\\\shop.example'].map(
      (url): [object, string, string] => [{ url }, '/url', 'http_url'],
    ),
    [{ brand: { logoUrl: 'http:shop.example/logo.png' } }, '/brand/logoUrl', 'http_url'],
    [{ brand: { size: 1 } }, '/brand/size', 'unknown_field'],
    [{ liveRecipients: ['nobody@@x'] }, '/liveRecipients', 'recipient'],
    ...[
      'https://mail.shop.example',
      'mail.shop.example:443',
      'mail.shop.example/x',
      'localhost',
      '127.0.0.1',
      'Mail.shop.example',
      'почта.рф',
      'a..example',
      '-a.example',
    ].map((trackingDomain) => [{ trackingDomain }, '/trackingDomain', 'host_name'] as const),
    [{ sendRate: '10/w' }, '/sendRate', 'send_rate'],
    [{ warmUp: { startsOn: '2026-02-30', firstDay: 50, growth: 1.5, days: 20 } }, '/warmUp/startsOn', 'day'],
    [{ warmUp: { startsOn: '2026-02-28', firstDay: 50, growth: 0.5, days: 20 } }, '/warmUp/growth', 'min'],
    [{ utm: { source: 'shop', medium: '{contact.email}' } }, '/utm/medium', 'tag_value'],
    [{ quietHours: { from: '25:00', to: '08:00' } }, '/quietHours/from', 'time_of_day'],
    [{ caps: [[]] }, '/caps', 'is_object'],
    [{ caps: [[{ max: 1, per: '1 day' }]] }, '/caps', 'is_object'],
  ])('refuses the setting %j', async (patch, pointer, code) => {
    const answer = await shop.call<{ errors: object[] }>('PATCH', '/v1/store', patch);
    expect(answer.status).toBe(422);
    expect(answer.headers.get('content-type')).toContain('application/problem+json');
    expect(answer.body.errors).toContainEqual(expect.objectContaining({ pointer, code }));
  });

  it('gives a new key exactly its scopes, and refuses it once it is revoked', async () => {
    const made = await shop.call<NewKey>('POST', '/v1/keys', { name: 'checkout', scopes: ['contacts'] });
    expect(made.status).toBe(201);
    const narrow = new Shop(app.url, made.body.key);
    expect((await narrow.call('GET', '/v1/contacts/nobody@example.com')).status).toBe(404);
    expect((await narrow.call<object>('GET', '/v1/store')).body).toMatchObject({ status: 403, code: 'missing_scope' });
    expect((await shop.call('DELETE', `/v1/keys/${made.body.id}`)).status).toBe(204);
    expect((await narrow.call('GET', '/v1/contacts/nobody@example.com')).status).toBe(401);
    expect((await shop.call('DELETE', '/v1/keys/0000000000')).status).toBe(404);
  });

  it('lets a test key make and revoke test keys only', async () => {
    const test = new Shop(app.url, app.testKey);
    const wanted = { name: 'more', scopes: ['contacts'] };
    const refused = { status: 403, body: { code: 'live_key_needed' } };
    expect(await test.call('POST', '/v1/keys', { ...wanted, mode: 'live' })).toMatchObject(refused);
    const live = await new Shop(app.url, app.liveKey).must<NewKey>('POST', '/v1/keys', wanted);
    expect(await test.call('DELETE', `/v1/keys/${live.id}`)).toMatchObject(refused);
    const { id } = await test.must<NewKey>('POST', '/v1/keys', wanted);
    expect((await test.call('DELETE', `/v1/keys/${id}`)).status).toBe(204);
  });

  it('lists its keys in pages without their secrets', async () => {
    const first = await shop.must<{ items: { id: string }[]; nextCursor: string }>('GET', '/v1/keys?limit=1');
    const rest = await shop.must<{ items: { id: string }[] }>('GET', `/v1/keys?cursor=${first.nextCursor}`);
    const all = await shop.must<{ items: { id: string }[] }>('GET', '/v1/keys');
    expect([...first.items, ...rest.items]).toEqual(all.items);
    expect(JSON.stringify(all)).not.toContain(app.testKey.split('_').slice(3).join('_'));
    expect((await shop.call('GET', '/v1/keys?limit=0')).status).toBe(400);
    expect((await shop.call('GET', '/v1/keys?cursor=x')).status).toBe(400);
  });

  it('repeats the first answer for a repeated Idempotency-Key and makes nothing twice', async () => {
    const body = { name: 'once', scopes: ['contacts'] };
    const post = (b: object) => shop.call<NewKey>('POST', '/v1/keys', b, { 'idempotency-key': 'k-1' });
    const [first, second] = [await post(body), await post(body)];
    expect(second).toMatchObject({ status: 201, body: first.body });
    expect((await post({ ...body, name: 'other' })).body).toMatchObject({
      status: 409,
      code: 'idempotency_key_reused',
    });
    const { items } = await shop.must<{ items: { name: string }[] }>('GET', '/v1/keys?limit=200');
    expect(items.filter((key) => key.name === 'once')).toHaveLength(1);
    const failing = () => shop.call('POST', '/v1/keys', { name: '' }, { 'idempotency-key': 'k-2' });
    expect((await failing()).status).toBe(422);
    expect((await shop.call('POST', '/v1/keys', body, { 'idempotency-key': 'k-2' })).status).toBe(201);
  });

  it('sends a test letter once under an Idempotency-Key, however often it is asked for', async () => {
    const at = '/v1/templates/abandoned-cart/reminder/test';
    const post = () => shop.call('POST', at, { to: ['tester@example.com'] }, { 'idempotency-key': 't-1' });
    const [first, second] = [await post(), await post()];
    expect(second).toMatchObject({ status: 200, body: first.body });
    const letters = await shop.messages({ state: 'accepted' });
    expect(letters.filter(({ to }) => to === 'tester@example.com')).toHaveLength(1);
  });

  it('keeps no secret of a repeated answer where somebody could read it', async () => {
    const post = (at: string, body: object) =>
      shop.call<{ key?: string; secret?: string }>('POST', at, body, { 'idempotency-key': `sealed${at}` });
    for (const [at, body] of [
      ['/v1/keys', { name: 'sealed', scopes: ['contacts'] }],
      ['/v1/connectors', { kind: 'bounces' }],
    ] as const) {
      const [first, second] = [await post(at, body), await post(at, body)];
      expect(second).toMatchObject({ status: 201, body: first.body });
      // Its end: what stands before is shown in lists, and the secret may have any sign of base64url in it.
      const secret = (first.body.key ?? first.body.secret)!.slice(-20);
      const rows = await app.engine.query<{ row: string }>(
        `SELECT to_jsonb(k)::text AS row FROM idempotency_keys AS k WHERE key = $1`,
        [`sealed${at}`],
      );
      expect(rows).toHaveLength(1);
      expect(rows[0]!.row).not.toContain(secret);
    }
  });

  it('cannot be seen with the key of another store', async () => {
    const { storeId } = await createStore(app.engine, 'other', 'Other');
    const { key, id } = await insertKey(app.engine, { storeId, mode: 'sandbox', name: 'other', scopes: ['admin'] });
    const other = new Shop(app.url, key);
    expect(await other.must('GET', '/v1/store')).toMatchObject({ key: 'other' });
    const { items } = await other.must<{ items: { id: string }[] }>('GET', '/v1/keys');
    expect(items.map((item) => item.id)).toEqual([id]);
    const mine = await shop.must<NewKey>('POST', '/v1/keys', { name: 'mine', scopes: ['contacts'] });
    expect((await other.call('DELETE', `/v1/keys/${mine.id}`)).status).toBe(404);
  });
});

describe('what every route keeps to', () => {
  let app: FlowApp;
  let shop: Shop;

  beforeAll(async () => {
    app = await startApp();
    shop = new Shop(app.url, app.testKey);
  });
  afterAll(() => app.close());

  it('asks for a key', async () => {
    for (const key of ['', 'nonsense', `tm_test_0000000000_${'x'.repeat(43)}`]) {
      const answer = await new Shop(app.url, key).call('GET', '/v1/store');
      expect(answer.status).toBe(401);
      expect(answer.body).toMatchObject({ code: 'unauthorized' });
      expect(answer.headers.get('www-authenticate')).toBe('Bearer');
    }
  });

  it('tells a wrong method from a wrong path', async () => {
    const wrong = await shop.call('PUT', '/v1/keys', {});
    expect([wrong.status, wrong.headers.get('allow')]).toEqual([405, 'GET, HEAD, POST']);
    expect((await shop.call('GET', '/v1/nothing')).status).toBe(404);
  });

  it.each([
    ['half a JSON', '{"name":', 'application/json', 400],
    ['a prototype key', '{"name":"x","scopes":["admin"],"__proto__":{}}', 'application/json', 400],
    ['depth 200', '{"a":'.repeat(200) + '1' + '}'.repeat(200), 'application/json', 400],
    ['a megabyte', JSON.stringify({ name: 'x'.repeat(1_048_576) }), 'application/json', 413],
    ['text', 'hello', 'text/plain', 415],
    ['a form', 'name=x', 'application/x-www-form-urlencoded', 415],
    ['nothing', '', 'application/json', 422],
  ])('answers %s with a problem', async (_, body, type, status) => {
    const answer = await shop.call('POST', '/v1/keys', body, { 'content-type': type });
    expect(answer.body).toMatchObject({ status });
    expect(answer.headers.get('content-type')).toContain('application/problem+json');
  });

  it('gives each request an id, the caller’s own where it is harmless', async () => {
    expect((await shop.call('GET', '/health/live')).headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
    expect(
      (await shop.call('GET', '/health/live', undefined, { 'x-request-id': 'mine-1' })).headers.get('x-request-id'),
    ).toBe('mine-1');
    expect(
      (await shop.call('GET', '/health/live', undefined, { 'x-request-id': '<x>' })).headers.get('x-request-id'),
    ).not.toBe('<x>');
  });

  it('describes itself', async () => {
    const document = await shop.must<{ info: object; paths: object }>('GET', '/docs-json');
    expect(document.info).toMatchObject({ title: 'Touchmap' });
    expect(Object.keys(document.paths)).toEqual(expect.arrayContaining(['/v1/store', '/v1/keys', '/health/ready']));
    expect((await shop.call('GET', '/docs')).status).toBe(200);
    const console = await shop.call('GET', '/console');
    expect([console.status, console.headers.get('location')]).toEqual([302, '/docs']);
  });

  it('refuses a parameter that it does not know: a filter spelt wrong would show everything', async () => {
    for (const path of ['/v1/messages', '/v1/events', '/v1/keys', '/v1/templates', '/v1/stats/scenarios']) {
      const answer = await shop.call<{ code: string; errors: object[] }>('GET', `${path}?contct=anna@example.com`);
      expect([answer.status, answer.body.code]).toEqual([422, 'invalid']);
      expect(answer.body.errors).toEqual([expect.objectContaining({ pointer: '/contct', code: 'unknown_field' })]);
      expect((await shop.call('GET', path)).status).toBe(200);
    }
  });

  it('answers 503 while the database is away and 200 once it is back', async () => {
    const name = new URL(app.databaseUrl).pathname.slice(1);
    const admin = process.env.TEST_DATABASE_URL!;
    await onServer(admin, `ALTER DATABASE ${name} ALLOW_CONNECTIONS false`);
    await onServer(admin, `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '${name}'`);
    const away = await shop.call('GET', '/v1/store');
    expect(away.body).toMatchObject({ status: 503, code: 'unavailable' });
    expect(away.headers.get('retry-after')).toBe('5');
    expect((await shop.call('GET', '/health/ready')).status).toBe(503);
    expect((await shop.call('GET', '/health/live')).status).toBe(200);
    await onServer(admin, `ALTER DATABASE ${name} ALLOW_CONNECTIONS true`);
    expect((await shop.call('GET', '/v1/store')).status).toBe(200);
  });
});
