import pg from 'pg';
import { aStore, migratedDatabase, type TestDatabase, type TestStore } from '../../test/support/database.js';
import { newId } from '../platform/ids.js';
import { Maintenance } from './maintenance.js';

/** A month's partition, `monthsAgo` before the current one, with one row in it. */
const PARTITION = `
DO $$ DECLARE month timestamp := date_trunc('month', clock_timestamp() AT TIME ZONE 'UTC') - make_interval(months => %s); BEGIN
  EXECUTE format('CREATE TABLE %I PARTITION OF %s FOR VALUES FROM (%L) TO (%L)', '%s_' || to_char(month, 'YYYY_MM'),
    month AT TIME ZONE 'UTC', (month + interval '1 month') AT TIME ZONE 'UTC');
END $$`;

/** Every table of the schema that is partitioned by month. */
const PARTITIONED = ['storefront_events', 'engagements', 'provider_events'];

describe('the daily maintenance', () => {
  let database: TestDatabase;
  let owner: pg.Pool;
  let store: TestStore;
  let maintenance: Maintenance;

  beforeAll(async () => {
    database = await migratedDatabase();
    owner = new pg.Pool({ connectionString: database.url, max: 2, options: '-c lock_timeout=5s' });
    store = await aStore(database.engine);
    maintenance = new Maintenance(database.engine);
  });
  afterAll(async () => {
    await owner.end();
    await database.close();
  });

  const makePartition = (table: string, monthsAgo: number) =>
    owner.query(PARTITION.replace('%s', String(monthsAgo)).replaceAll('%s', table));
  const partitions = async (table: string) => {
    const { rows } = await owner.query<{ months: number }>(
      `SELECT (extract(year FROM age) * 12 + extract(month FROM age))::int AS months FROM (
         SELECT age(date_trunc('month', clock_timestamp() AT TIME ZONE 'UTC'), to_timestamp(right(relname, 7), 'YYYY_MM') AT TIME ZONE 'UTC') AS age
         FROM pg_class JOIN pg_inherits ON inhrelid = oid
         WHERE inhparent = $1::regclass AND relkind = 'r' AND relname ~ '_[0-9]{4}_[0-9]{2}$') AS t ORDER BY 1`,
      [table],
    );
    return rows.map(({ months }) => months);
  };
  const count = async (table: string) =>
    (await database.engine.query<{ n: number }>(`SELECT count(*)::int AS n FROM ${table}`))[0]!.n;

  it('drops whole months beyond retention, keeps the others and has the next two ready', async () => {
    for (const table of PARTITIONED) for (const monthsAgo of [1, 3, 4, 20]) await makePartition(table, monthsAgo);
    const report = await maintenance.run(3);
    expect(report!.dropped).toHaveLength(6);
    for (const table of PARTITIONED) expect(await partitions(table)).toEqual([-2, -1, 0, 1, 3]);
    expect((await maintenance.run(3))!.dropped).toEqual([]);
  });

  describe('of partitions', () => {
    /** The partition that is made last, gone as if its month had just come near enough. */
    const forgetLast = async () => {
      const { rows } = await owner.query<{ name: string }>(
        `SELECT max(relname) AS name FROM pg_class WHERE relname ~ '^storefront_events_[0-9]{4}_[0-9]{2}$'`,
      );
      await owner.query(`DROP TABLE ${rows[0]!.name}`);
      return rows[0]!.name;
    };
    const anEvent = () =>
      owner.query(
        `INSERT INTO storefront_events (environment_id, id, received_at, clock, key, type, contact_id, occurred_at, data)
         VALUES ($1, gen_random_uuid(), now(), 'real', 'k', 'cart.updated', gen_random_uuid(), now(), '{}')`,
        [store.liveId],
      );

    it('gives a new partition and the end of an old one up after a second while a backup reads', async () => {
      const missing = await forgetLast();
      await makePartition('storefront_events', 30);
      const reader = await owner.connect();
      await reader.query('BEGIN; SELECT FROM storefront_events');
      for (const call of ['ensure_month_partitions(2)', 'drop_month_partitions(13)']) {
        const { rows } = await owner.query<{ setting: string[] }>(
          'SELECT proconfig AS setting FROM pg_proc WHERE proname = $1',
          [call.replace(/\(.*/, '')],
        );
        expect(rows[0]!.setting).toContain('lock_timeout=1s');
        await expect(database.engine.query(`SELECT ${call}`)).rejects.toMatchObject({ code: '55P03' });
      }
      await reader.query('COMMIT');
      reader.release();
      expect((await maintenance.run(13))!.dropped).toHaveLength(1);
      expect((await owner.query('SELECT to_regclass($1)::text AS name', [missing])).rows).toEqual([{ name: missing }]);
    });

    it('lets events in while a new one is made', async () => {
      await forgetLast();
      const maker = await owner.connect();
      try {
        await maker.query('BEGIN; SELECT ensure_month_partitions(2)');
        await anEvent();
      } finally {
        await maker.query('COMMIT');
        maker.release();
      }
    });

    it('makes them with every index of their table', async () => {
      const { rows } = await owner.query(
        `SELECT inhrelid::regclass::text AS part, (SELECT count(*)::int FROM pg_index WHERE indrelid = inhrelid) AS indexes
         FROM pg_inherits WHERE inhparent = 'storefront_events'::regclass`,
      );
      expect(new Set(rows.map(({ indexes }) => indexes as number)).size).toBe(1);
    });
  });

  it('knows every table that is partitioned', async () => {
    const { rows } = await owner.query<{ name: string }>(
      `SELECT relname AS name FROM pg_class WHERE relkind = 'p' AND relnamespace = 'public'::regnamespace ORDER BY 1`,
    );
    expect(rows.map(({ name }) => name)).toEqual([...PARTITIONED].sort());
  });

  it('refuses to keep nothing', async () => {
    await expect(maintenance.run(0)).rejects.toThrow('at least one month must be kept');
  });

  it('forgets keys of events and of reports after 90 days and idempotency keys after one, and none earlier', async () => {
    const old = (days: number) =>
      database.engine.query(
        `INSERT INTO event_keys SELECT $1, 'k' || $2::int || '-' || i, '\\x00', $3, clock_timestamp() - make_interval(days => $2::int)
         FROM generate_series(1, $4::int) AS i`,
        [store.liveId, days, newId(), days > 90 ? 10_001 : 5],
      );
    await old(89);
    await old(91);
    for (const days of [89, 91])
      await database.engine.query(
        `INSERT INTO provider_event_keys (environment_id, key, received_at)
         VALUES ($1, $2, clock_timestamp() - make_interval(days => $3))`,
        [store.liveId, `report-${days}`, days],
      );
    for (const hours of [23, 25])
      await database.engine.query(
        `INSERT INTO idempotency_keys (environment_id, key, request_hash, created_at)
         VALUES ($1, $2, '\\x00', clock_timestamp() - make_interval(hours => $3))`,
        [store.liveId, `key-${hours}`, hours],
      );
    expect(await maintenance.run(13)).toMatchObject({
      eventKeys: 10_001,
      providerEventKeys: 1,
      idempotencyKeys: 1,
    });
    expect([await count('event_keys'), await count('provider_event_keys'), await count('idempotency_keys')]).toEqual([
      5, 1, 1,
    ]);
  });

  it('leaves the work to the process that is at it already', async () => {
    const other = await owner.connect();
    await other.query(`SELECT pg_advisory_lock(hashtextextended('touchmap.maintenance', 0))`);
    expect(await maintenance.run(13)).toBeNull();
    await other.query(`SELECT pg_advisory_unlock(hashtextextended('touchmap.maintenance', 0))`);
    other.release();
    expect(await maintenance.run(13)).not.toBeNull();
  });

  it('needs no right of the owner: requests may not drop anything', async () => {
    const request = await owner.connect();
    await request.query('SET ROLE touchmap_request');
    await expect(request.query('SELECT drop_month_partitions(1)')).rejects.toThrow('permission denied');
    request.release(true);
  });
});
