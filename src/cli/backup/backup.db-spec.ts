import fs from 'node:fs/promises';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import pg from 'pg';
import { aStore, migratedDatabase, type TestDatabase } from '../../../test/support/database.js';
import { aContact, aLetter } from '../../../test/support/letters.js';
import { temporaryDirectory, until } from '../../../test/support/service.js';
import { TcpProxy } from '../../../test/support/tcp-proxy.js';
import { onServer } from '../../../test/support/template-database.js';
import { UNHURRIED } from '../../platform/database/connection.js';
import { backupDatabase } from './backup.js';
import { restoreDatabase } from './restore.js';
import { backupTables } from './tables.js';

/** Rows and a checksum over them, of every table. */
async function sumsOf(url: string): Promise<Record<string, unknown>> {
  const client = new pg.Client({ connectionString: url, options: `${UNHURRIED} -c timezone=UTC` });
  await client.connect();
  const sums: Record<string, unknown> = {};
  for (const { name } of await backupTables(client))
    sums[name] = (
      await client.query(
        `SELECT count(*)::int AS rows, md5(string_agg(t::text, '|' ORDER BY t::text)) AS sum FROM ${name} AS t`,
      )
    ).rows[0];
  await client.end();
  return sums;
}

const WAITING = `SELECT FROM pg_locks WHERE NOT granted AND relation = 'stores'::regclass`;

describe('a backup', () => {
  let dir: Awaited<ReturnType<typeof temporaryDirectory>>;
  let source: TestDatabase;
  let target: TestDatabase;
  let file: string;

  beforeAll(async () => {
    [dir, source, target] = await Promise.all([temporaryDirectory(), migratedDatabase(), migratedDatabase()]);
    file = path.join(dir.path, 'backup.gz');
    const { storeId, liveId } = await aStore(source.engine);
    await aContact(source.engine, liveId, 'строка\u2028anna@example.com');
    for (let i = 0; i < 3; i++) await aLetter(source.engine, { storeId, environmentId: liveId });
    await source.engine.query(
      `INSERT INTO installation VALUES ('secret', '{"fingerprint": "f"}'), ('nothing', 'null')`,
    );
    await source.engine.query(
      `INSERT INTO templates (store_id, key, name, draft, sample) VALUES ($1, 'a/absent', 'a', '{}', NULL), ($1, 'a/null', 'a', '{}', 'null'),
         ($1, 'a/text', 'a', '"null"', '"\\u2028 \\"quoted\\""')`,
      [storeId],
    );
    await source.engine.query(
      `INSERT INTO storefront_events (environment_id, id, received_at, clock, key, type, contact_id, occurred_at, data)
       SELECT $1, gen_random_uuid(), clock_timestamp(), 'real', i::text, 'cart.updated', gen_random_uuid(), clock_timestamp(),
         jsonb_build_object('text', E'a\\n"b"\\\\', 'total', 12345678901234567890.123, 'i', i) FROM generate_series(1, 1203) AS i`,
      [liveId],
    );
    await source.engine.query(
      `INSERT INTO stats_dirty (environment_id, scenario_key, step_id, day) VALUES ($1, 's', 't', '2026-11-21')`,
      [liveId],
    );
    await source.engine.query(
      `INSERT INTO uncounted_hits (environment_id, queued_at, message_ids, acts, occurred_ats)
       VALUES ($1, '2026-11-21', ARRAY[$1::uuid, $1], ARRAY['open', 'machine_click'], ARRAY[clock_timestamp(), '2026-11-21'])`,
      [liveId],
    );
  });
  afterAll(async () => {
    await source.close();
    await target.close();
    await dir.remove();
  });

  it('comes back with the same rows and checksums in every table, and the database goes on from there', async () => {
    // Somebody's limit for sessions of other kinds: nobody knows how long a statement of a large backup takes.
    for (const { url } of [source, target])
      await onServer(url, `ALTER DATABASE ${new URL(url).pathname.slice(1)} SET statement_timeout = '1ms'`);
    const rows = await backupDatabase(source.url, file);
    expect((await fs.stat(file)).mode & 0o777).toBe(0o600);
    expect(await restoreDatabase(target.url, file)).toBe(rows);
    expect(await sumsOf(target.url)).toEqual(await sumsOf(source.url));
    await target.engine.query(
      `INSERT INTO stats_dirty (environment_id, scenario_key, step_id, day)
       SELECT environment_id, 's', 't', day FROM stats_dirty`,
    );
    await target.engine.query(
      `INSERT INTO uncounted_hits (environment_id, queued_at, message_ids, acts, occurred_ats)
       SELECT environment_id, queued_at, message_ids, acts, occurred_ats FROM uncounted_hits`,
    );
  });

  it('keeps a JSON null apart from no value, and a text that looks like one apart from both', async () => {
    const rows = await target.engine.query(
      `SELECT key, jsonb_typeof(draft) AS draft, jsonb_typeof(sample) AS sample FROM templates ORDER BY 1`,
    );
    expect(rows).toEqual([
      { key: 'a/absent', draft: 'object', sample: null },
      { key: 'a/null', draft: 'object', sample: 'null' },
      { key: 'a/text', draft: 'string', sample: 'string' },
    ]);
  });

  it.each([
    ['older', `INSERT INTO migrations (timestamp, name) VALUES (1, 'Later1')`],
    ['newer', `DELETE FROM migrations WHERE name LIKE 'Maintenance%'`],
  ])('is refused where the schema says that it is of an %s version', async (age, change) => {
    const other = await migratedDatabase();
    await onServer(other.url, change);
    await expect(restoreDatabase(other.url, file)).rejects.toMatchObject({ code: `${age}_schema` });
    expect(await other.engine.query('SELECT 1 FROM stores')).toEqual([]);
    await other.close();
  });

  it.each([
    ['written', () => source.url, (url: string) => backupDatabase(url, path.join(dir.path, 'cut-short.gz'))],
    ['restored', () => target.url, (url: string) => restoreDatabase(url, file)],
  ])('that is being %s when the line to the database breaks says so and leaves nothing behind', async (_, at, work) => {
    const holder = new pg.Client({ connectionString: at(), options: UNHURRIED });
    await holder.connect();
    await holder.query('BEGIN; LOCK stores');
    const { proxy, url } = await TcpProxy.before(at());
    const told = expect(work(url)).rejects.toThrow('ECONNRESET');
    await until(
      async () => (await holder.query(WAITING)).rows.length > 0,
      () => 'nobody waits for the table',
    );
    proxy.cut();
    await told;
    await Promise.all([holder.end(), proxy.close()]);
    expect(await fs.readdir(dir.path)).not.toContainEqual(expect.stringContaining('cut-short'));
  });

  it('has the rows of a table that a migration writes anew just as it begins', async () => {
    const migration = new pg.Client({ connectionString: source.url, options: UNHURRIED });
    await migration.connect();
    await migration.query('BEGIN; LOCK stores');
    const whole = path.join(dir.path, 'beside-a-migration.gz');
    const written = backupDatabase(source.url, whole);
    await until(
      async () => (await migration.query(WAITING)).rows.length > 0,
      () => 'the backup does not wait for the table',
    );
    await migration.query(`ALTER TABLE stores ALTER COLUMN name TYPE text USING name || ''; COMMIT`);
    await migration.end();
    await written;
    const empty = await migratedDatabase();
    await restoreDatabase(empty.url, whole);
    expect(await sumsOf(empty.url)).toEqual(await sumsOf(source.url));
    await empty.close();
  });

  it('is refused by a database that holds anything', async () => {
    await expect(restoreDatabase(target.url, file)).rejects.toThrow('restore into an empty one');
  });

  it('is refused whole when the file is not', async () => {
    const empty = await migratedDatabase();
    const bytes = await fs.readFile(file);
    const broken = path.join(dir.path, 'broken.gz');
    for (const content of [bytes.subarray(0, bytes.length - 200), gzipSync('{}'), 'no gzip']) {
      await fs.writeFile(broken, content);
      await expect(restoreDatabase(empty.url, broken)).rejects.toThrow('the file is not a whole backup');
    }
    expect(await empty.engine.query('SELECT 1 FROM stores')).toEqual([]);
    await empty.close();
  });
});
