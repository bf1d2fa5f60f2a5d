import { DataSource } from 'typeorm';
import { aStore, migratedDatabase, type TestDatabase } from '../../../test/support/database.js';
import { newId } from '../ids.js';
import { OrderKeysApart1763740000047 } from './migrations/1763740000047-order-keys-apart.js';

describe('keys of orders from before they were told apart from those of other events', () => {
  let database: TestDatabase;
  let source: DataSource;
  let environmentId: string;

  beforeAll(async () => {
    database = await migratedDatabase();
    environmentId = (await aStore(database.engine)).liveId;
    source = await new DataSource({ type: 'postgres', url: database.url, installExtensions: false }).initialize();
  });
  afterAll(async () => {
    await source.destroy();
    await database.close();
  });

  const stored = (key: string, type: string, data: object) =>
    database.engine.query(
      `INSERT INTO conversions (environment_id, event_id, order_key, type, contact_id, occurred_at, data, state)
       VALUES ($1, $2, $3, $4, $2, now(), $5, 'uncredited')`,
      [environmentId, newId(), key, type, JSON.stringify(data)],
    );
  const apart = async () => {
    const runner = source.createQueryRunner();
    await new OrderKeysApart1763740000047().up(runner);
    await runner.release();
    const rows = await database.engine.query<{ order_key: string }>(
      `SELECT order_key FROM conversions WHERE order_key !~ '^(event:)?n[0-9]' ORDER BY event_id`,
    );
    return rows.map((row) => row.order_key);
  };

  it('stay for orders and are prefixed for all others, however many there are and however often it is done', async () => {
    await stored('7', 'order.placed', { orderId: '7' });
    await stored('8', 'order.placed', { orderId: 8 });
    await stored('erased', 'order.paid', {});
    await stored('e-1', 'order.placed', { total: 5 });
    await stored('e-2', 'order.placed', { orderId: null });
    await stored('1001', 'review.published', { orderId: '7' });
    await database.engine.query(
      `INSERT INTO conversions (environment_id, event_id, order_key, type, contact_id, occurred_at, data, state)
       SELECT $1, gen_random_uuid(), 'n' || n, 'user.registered', gen_random_uuid(), now(), '{}', 'uncredited'
       FROM generate_series(1, 10000) AS n`,
      [environmentId],
    );
    const keys = ['7', '8', 'erased', 'event:e-1', 'event:e-2', 'event:1001'];
    expect(await apart()).toEqual(keys);
    expect(await apart()).toEqual(keys);
    expect(await database.engine.query(`SELECT 1 FROM conversions WHERE order_key ~ '^n'`)).toEqual([]);
  });
});
