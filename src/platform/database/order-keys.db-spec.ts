import { randomBytes } from 'node:crypto';
import { DataSource, type MigrationInterface } from 'typeorm';
import { aStore, migratedDatabase, type TestDatabase } from '../../../test/support/database.js';
import { orderKeyOf } from '../../domain/attribution.js';
import { newId } from '../ids.js';
import { OrderKeysApart1763740000047 } from './migrations/1763740000047-order-keys-apart.js';
import { ShortOrderKeys1763740000060 } from './migrations/1763740000060-short-order-keys.js';

describe('keys of orders that are stored', () => {
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
  afterEach(() => database.engine.query('DELETE FROM conversions'));

  const stored = (key: string, type: string, data: object) =>
    database.engine.query(
      `INSERT INTO conversions (environment_id, event_id, order_key, type, contact_id, occurred_at, data, state)
       VALUES ($1, $2, $3, $4, $2, now(), $5, 'uncredited')`,
      [environmentId, newId(), key, type, JSON.stringify(data)],
    );
  const after = async (migration: MigrationInterface) => {
    const runner = source.createQueryRunner();
    await migration.up(runner);
    await runner.release();
    const rows = await database.engine.query<{ order_key: string }>(
      `SELECT order_key FROM conversions WHERE order_key !~ '^(event:)?n[0-9]' ORDER BY event_id`,
    );
    return rows.map((row) => row.order_key);
  };

  const many = (type: string) =>
    database.engine.query(
      `INSERT INTO conversions (environment_id, event_id, order_key, type, contact_id, occurred_at, data, state)
       SELECT $1, gen_random_uuid(), 'n' || n, $2, gen_random_uuid(), now(), '{}', 'uncredited'
       FROM generate_series(1, 10000) AS n`,
      [environmentId, type],
    );

  it('stay for orders and are prefixed for all others, however many there are and however often it is done', async () => {
    const apart = () => after(new OrderKeysApart1763740000047());
    await stored('7', 'order.placed', { orderId: '7' });
    await stored('8', 'order.placed', { orderId: 8 });
    await stored('erased', 'order.paid', {});
    await stored('e-1', 'order.placed', { total: 5 });
    await stored('e-2', 'order.placed', { orderId: null });
    await stored('1001', 'review.published', { orderId: '7' });
    await many('user.registered');
    const keys = ['7', '8', 'erased', 'event:e-1', 'event:e-2', 'event:1001'];
    expect(await apart()).toEqual(keys);
    expect(await apart()).toEqual(keys);
    expect(await database.engine.query(`SELECT 1 FROM conversions WHERE order_key ~ '^n'`)).toEqual([]);
  });

  it('are cut where they do not fit an index, as the keys of new events are, and stay otherwise', async () => {
    const long = (length: number) => randomBytes(length).toString('hex').slice(0, length);
    const orders = ['7', 'ж'.repeat(200), '🎁'.repeat(100), '🎁'.repeat(101), long(201), long(16_000)];
    for (const orderId of orders) await stored(orderId, 'order.confirmed', {});
    await stored(`event:${'e'.repeat(200)}`, 'review.published', {});
    await many('order.placed');
    const keys = [
      ...orders.map((orderId) => orderKeyOf({ id: 'e', type: 'order.confirmed', at: '', data: { orderId } })),
      `event:${'e'.repeat(200)}`,
    ];
    const short = () => after(new ShortOrderKeys1763740000060());
    expect(await short()).toEqual(keys);
    expect(await short()).toEqual(keys);
    expect(keys.slice(0, 3)).toEqual(orders.slice(0, 3));
  });
});
