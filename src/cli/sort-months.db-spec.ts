import path from 'node:path';
import { aStore, migratedDatabase, type TestDatabase } from '../../test/support/database.js';
import { temporaryDirectory } from '../../test/support/service.js';
import { onServer } from '../../test/support/template-database.js';
import { Maintenance } from '../operations/maintenance.js';
import { backupDatabase } from './backup/backup.js';
import { restoreDatabase } from './backup/restore.js';
import { sortMonthsOf } from './sort-months.js';

/** Keys of events with the partitions that they lie in. */
const PARTS = `SELECT key, tableoid::regclass::text AS part,
  'storefront_events_' || to_char(received_at AT TIME ZONE 'UTC', 'YYYY_MM') AS own FROM storefront_events ORDER BY key`;

describe('rows of earlier months', () => {
  let source: TestDatabase;

  beforeEach(async () => {
    source = await migratedDatabase();
    const { liveId } = await aStore(source.engine);
    await source.engine.query(
      `INSERT INTO storefront_events (environment_id, id, received_at, clock, key, type, contact_id, occurred_at, data, processed_at)
       SELECT $1, gen_random_uuid(), at, 'real', 'k' || months, 'cart.updated', gen_random_uuid(), at, '{"a": null}', at
       FROM unnest(ARRAY[0, 2, 20]) AS months, LATERAL (SELECT clock_timestamp() - make_interval(months => months) AS at) AS t`,
      [liveId],
    );
  });
  afterEach(() => source.close());
  const inDefault = async ({ engine }: TestDatabase) =>
    (await engine.query('SELECT default_partition_rows() AS name')).map(({ name }) => name as string);

  it('come back from a backup into partitions of their months, and go when retention says so', async () => {
    const [dir, target] = await Promise.all([temporaryDirectory(), migratedDatabase()]);
    try {
      const file = path.join(dir.path, 'backup.gz');
      await backupDatabase(source.url, file);
      await restoreDatabase(target.url, file);
      for (const { part, own } of await target.engine.query(PARTS)) expect(part).toBe(own);
      expect((await new Maintenance(target.engine).run(13))!.dropped).toHaveLength(1);
      expect((await target.engine.query(PARTS)).map(({ key }) => key as string)).toEqual(['k0', 'k2']);
    } finally {
      await target.close();
      await dir.remove();
    }
  });

  it('move out of a DEFAULT partition unchanged, once and for all', async () => {
    const before = await source.engine.query('SELECT * FROM storefront_events ORDER BY key');
    expect(await inDefault(source)).toEqual(['storefront_events_default']);
    expect(await sortMonthsOf(source.url)).toHaveLength(2);
    expect(await inDefault(source)).toEqual([]);
    expect(await source.engine.query('SELECT * FROM storefront_events ORDER BY key')).toEqual(before);
    for (const { part, own } of await source.engine.query(PARTS)) expect(part).toBe(own);
    expect(await sortMonthsOf(source.url)).toEqual([]);
  });

  it('do not keep the current month from its partition, where no worker made one in time', async () => {
    await onServer(
      source.url,
      `DO $$ DECLARE part text := 'storefront_events_' || to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYY_MM'); BEGIN
         EXECUTE format('CREATE TABLE kept AS SELECT * FROM %I', part);
         EXECUTE format('DROP TABLE %I', part);
         INSERT INTO storefront_events SELECT * FROM kept; DROP TABLE kept; END $$`,
    );
    await source.engine.query('SELECT ensure_month_partitions(2)');
    const [{ key, part, own } = {}] = await source.engine.query(PARTS);
    expect({ key, part }).toEqual({ key: 'k0', part: own as string });
  });
});
