import pg from 'pg';
import { insertKey } from '../../src/stores/keys.service.js';
import { type FlowApp, startApp } from '../support/app.js';
import { aCart, type Answer, Shop } from '../support/shop.js';

interface Taken {
  readonly id: string;
  readonly duplicate: boolean;
}

/** Shopify's rule: after five seconds a webhook counts as failed. */
const STOREFRONT_MS = 5_000;
const ANNA = 'anna@example.com';

describe('a posted event', () => {
  let app: FlowApp;
  let shop: Shop;

  beforeAll(async () => {
    app = await startApp();
    shop = new Shop(app.url, app.liveKey);
  });
  afterAll(() => app.close());

  const now = () => new Date().toISOString();
  const stored = async (key: string) =>
    (
      await app.engine.query<{ n: number }>('SELECT count(*)::int AS n FROM storefront_events WHERE key = $1', [key])
    )[0]!.n;

  it('is stored once when it comes ten times at the same moment, and each is answered with its id', async () => {
    const event = { ...aCart(ANNA, now()), id: 'ten-times' };
    const answers = await Promise.all(Array.from({ length: 10 }, () => shop.call<Taken>('POST', '/v1/events', event)));
    expect(answers.map(({ status, body }) => [status, body.id])).toEqual(new Array(10).fill([202, 'ten-times']));
    expect(answers.filter(({ body }) => !body.duplicate)).toHaveLength(1);
    expect(await stored('ten-times')).toBe(1);
  });

  it('is stored once when it comes ten times under one Idempotency-Key, and with another body is 409 and not stored', async () => {
    const event = aCart(ANNA, now());
    const post = (body: object) => shop.call<Taken>('POST', '/v1/events', body, { 'idempotency-key': 'by-header' });
    const answers = await Promise.all(Array.from({ length: 10 }, () => post(event)));
    expect(answers.map(({ status }) => status)).toEqual(new Array(10).fill(202));
    const other = await post(aCart('boris@example.com', now()));
    expect(other).toMatchObject({ status: 409, body: { code: 'event_id_reused' } });
    expect(await stored('by-header')).toBe(1);
    expect((await shop.call('GET', '/v1/contacts/boris@example.com')).status).toBe(404);
  });

  it('takes a key as long as an id, and refuses one that no header carries unharmed', async () => {
    const post = (at: string, body: object, key: string) => shop.call('POST', at, body, { 'idempotency-key': key });
    const event = aCart(ANNA, now());
    expect(await post('/v1/events', event, 'k'.repeat(200))).toMatchObject({
      status: 202,
      body: { id: 'k'.repeat(200) },
    });
    const batch = { events: Array.from({ length: 1_000 }, () => event) };
    const { body } = await post('/v1/events/batch', batch, 'b'.repeat(196));
    expect(body).toMatchObject({ accepted: 1_000 });
    for (const [at, sent, key] of [
      ['/v1/events', event, 'k'.repeat(201)],
      ['/v1/events/batch', batch, 'b'.repeat(197)],
      ['/v1/events', event, Buffer.from('заказ').toString('latin1')],
      ['/v1/events', event, 'two words'],
    ] as const)
      expect(await post(at, sent, key)).toMatchObject({ status: 400, body: { code: 'invalid_idempotency_key' } });
  });

  it('of long ago is taken as history and starts nothing', async () => {
    const sandbox = new Shop(app.url, app.testKey);
    const { id } = await sandbox.event({ ...aCart('old@example.com', '2001-01-01T00:00:00.000Z'), id: 'old' });
    expect(await sandbox.advance('0 minutes')).toMatchObject({ messages: 0 });
    expect(await sandbox.must('GET', `/v1/events/${id}`)).toMatchObject({
      occurredAt: '2001-01-01T00:00:00.000Z',
      outcomes: [{ scenario: 'abandoned-cart', outcome: 'none', reason: 'too_old' }],
    });
    const future = new Date(Date.now() + 86_400_000).toISOString();
    expect(await shop.call('POST', '/v1/events', aCart(ANNA, future))).toMatchObject({
      status: 422,
      body: { code: 'occurred_in_future' },
    });
  });

  describe('while the database is slow', () => {
    let owner: pg.Client;

    beforeEach(async () => {
      owner = new pg.Client({ connectionString: app.databaseUrl });
      await owner.connect();
    });
    afterEach(() => owner.end());

    /** What is answered to requests that come while a table cannot be touched, and after how long. */
    async function whileHeld<T>(table: string, work: () => Promise<Answer<T>>): Promise<Answer<T> & { ms: number }> {
      await owner.query('BEGIN');
      await owner.query(`LOCK TABLE ${table} IN ACCESS EXCLUSIVE MODE`);
      const start = performance.now();
      const answer = await work();
      const ms = performance.now() - start;
      await owner.query('COMMIT');
      return { ...answer, ms };
    }

    it.each(['event_keys', 'contacts', 'storefront_events'])(
      'at %s is answered 503 within five seconds, and stored once when it is sent again',
      async (table) => {
        const event = { ...aCart('slow@example.com', now()), id: `slow-${table}` };
        const answer = await whileHeld(table, () => shop.call<{ code: string }>('POST', '/v1/events', event));
        expect(answer).toMatchObject({ status: 503, body: { code: 'unavailable' } });
        expect(answer.headers.get('retry-after')).toBe('1');
        expect(answer.ms).toBeLessThan(STOREFRONT_MS);
        expect(await shop.event(event)).toMatchObject({ id: `slow-${table}` });
        expect(await stored(`slow-${table}`)).toBe(1);
      },
    );

    it('is answered 503 also in a batch of which nothing could be stored', async () => {
      const events = [1, 2, 3].map((i) => ({ ...aCart('slow@example.com', now()), id: `batch-${i}` }));
      const answer = await whileHeld('event_keys', () => shop.call('POST', '/v1/events/batch', { events }));
      expect(answer.status).toBe(503);
      expect(answer.ms).toBeLessThan(STOREFRONT_MS);
      expect(await shop.must('POST', '/v1/events/batch', { events })).toMatchObject({ rejected: 0 });
      for (const { id } of events) expect(await stored(id)).toBe(1);
    });

    it('is answered 503 within five seconds when not even its key can be looked up', async () => {
      const [store] = await app.engine.query<{ id: string }>('SELECT id FROM stores');
      const { key } = await insertKey(app.engine, { storeId: store!.id, mode: 'live', name: 'k', scopes: ['admin'] });
      const fresh = new Shop(app.url, key);
      const event = { ...aCart('slow@example.com', now()), id: 'slow-key' };
      const answer = await whileHeld('api_keys', () => fresh.call('POST', '/v1/events', event));
      expect(answer.status).toBe(503);
      expect(answer.ms).toBeLessThan(STOREFRONT_MS);
      expect(await stored('slow-key')).toBe(0);
      expect(await fresh.event(event)).toMatchObject({ duplicate: false });
    });
  });
});
