import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { migratedDatabase, type TestDatabase } from '../../../test/support/database.js';
import { databaseUrl, dropDatabase, onServer } from '../../../test/support/template-database.js';
import { migrate } from './migrate.js';
import { makePool } from './pools.js';

describe('a migration of a service that runs', () => {
  let database: TestDatabase;
  let reader: pg.Client;

  beforeAll(async () => {
    database = await migratedDatabase();
    reader = new pg.Client({ connectionString: database.url, application_name: 'nightly backup' });
    await reader.connect();
  });
  afterAll(async () => {
    await reader.end();
    await database.close();
  });

  it('says what it does, waits for whoever reads for long without holding up the others, says whom it waits for, and goes on by itself', async () => {
    const old = new pg.Client({ connectionString: database.url, statement_timeout: 5_000 });
    await old.connect();
    await old.query(`ALTER TABLE messages DROP COLUMN detail; DELETE FROM migrations WHERE name LIKE 'WhyNoLetter%'`);
    await reader.query('BEGIN; SELECT count(*) FROM messages');
    const pid = (await reader.query<{ pid: number }>('SELECT pg_backend_pid() AS pid')).rows[0]!.pid;

    const heard: string[] = [];
    let hears: () => void = () => undefined;
    const told = new Promise<void>((resolve) => (hears = resolve));
    const tell = (text: string): void => {
      heard.push(text);
      if (heard.length === 2) hears();
    };
    const migrated = migrate(database.url, tell, 1);
    await told;
    // Each try holds up no longer than a second or so what the processes of the version before do.
    for (let i = 0; i < 3; i++) await old.query('UPDATE messages SET state = state');
    await reader.query('COMMIT');
    await migrated;

    expect(heard).toEqual([expect.stringContaining('is brought up to date, steps: 1;'), expect.any(String)]);
    expect(heard[1]).toContain(`pid ${pid} (nightly backup, since 20`);
    expect((await old.query('SELECT detail FROM messages')).rows).toEqual([]);
    await old.end();
  });

  it('says that another process does it already', async () => {
    await reader.query('SELECT pg_advisory_lock(8390327082911687)');
    const heard: string[] = [];
    await migrate(database.url, (text) => {
      heard.push(text);
      void reader.query('SELECT pg_advisory_unlock(8390327082911687)');
    });
    expect(heard).toEqual(['another process brings the schema up to date; this one waits for it']);
  });
});

describe('an owner of a database who is no superuser', () => {
  const admin = process.env.TEST_DATABASE_URL!;
  const name = `touchmap_owner_${randomBytes(4).toString('hex')}`;

  beforeAll(async () => {
    await onServer(admin, `CREATE ROLE ${name} LOGIN PASSWORD '${name}' CREATEROLE`);
    await onServer(admin, `CREATE DATABASE ${name} OWNER ${name}`);
    // What creating them would give: they belong to the whole server, where they are already.
    const made = 'WITH ADMIN TRUE, INHERIT FALSE, SET FALSE';
    await onServer(admin, `GRANT touchmap_request, touchmap_engine TO ${name} ${made}`);
  });
  afterAll(async () => {
    await dropDatabase(admin, name);
    await onServer(admin, `REVOKE touchmap_request, touchmap_engine FROM ${name} CASCADE`);
    await onServer(admin, `DROP ROLE ${name}`);
  });

  it('migrates it, however little time the account has for a statement, and may work as both roles', async () => {
    await onServer(admin, `ALTER ROLE ${name} SET statement_timeout = '1ms'`);
    const own = Object.assign(new URL(databaseUrl(admin, name)), { username: name, password: name }).href;
    await migrate(own);
    for (const role of ['touchmap_request', 'touchmap_engine'] as const) {
      const pool = makePool(own, role, 1);
      expect((await pool.query('SELECT current_user::text AS who')).rows).toEqual([{ who: role }]);
      await pool.end();
    }
  });
});
