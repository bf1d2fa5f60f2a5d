import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { aStore, migratedDatabase, type TestDatabase, type TestStore } from '../../../test/support/database.js';
import { aScenario } from '../../../test/support/planned-letters.js';
import { temporaryDirectory } from '../../../test/support/service.js';
import { onServer } from '../../../test/support/template-database.js';
import { ProcessClock } from '../../platform/clock/clock.js';
import { readEnv } from '../../platform/config/read-env.js';
import { Secrets } from '../../platform/secrets.js';
import { checkReferences } from './check-references.js';
import { checkStores, senderDomains } from './check-stores.js';
import { examine, type World } from './doctor.js';

describe('the doctor', () => {
  let database: TestDatabase;
  let store: TestStore;
  let dir: Awaited<ReturnType<typeof temporaryDirectory>>;
  const asked: string[] = [];
  const called: string[] = [];
  const world: World = {
    resolver: {
      resolveTxt: (name) => {
        asked.push(name);
        return Promise.reject(Object.assign(new Error(), { code: 'ECONNREFUSED' }));
      },
    },
    fetch: (url, { method }) => {
      called.push(`${method} ${url}`);
      return Promise.reject(new Error('not reachable'));
    },
    clock: new ProcessClock(),
  };

  beforeAll(async () => {
    [database, dir] = await Promise.all([migratedDatabase(), temporaryDirectory()]);
    store = await aStore(database.engine, { key: 'coats' });
    await database.engine.query(
      `UPDATE stores SET settings = '{"from": {"email": "hello@Coats.example", "name": "Coats"}, "trackingDomain": "mail.coats.example"}'`,
    );
  });
  afterAll(async () => {
    await database.close();
    await dir.remove();
  });
  const report = async (env: Readonly<Record<string, string>> = {}) => {
    const settings = readEnv({ DATABASE_URL: database.url, DATA_DIR: dir.path, ...env });
    return (await examine(settings, world, [])).map(({ check, state }) => `${check} ${state}`);
  };

  it('finds a database of this version in order, looks up every sender and calls on every own domain of a store', async () => {
    expect(await report({ MAIL_FROM: 'Shop <a@Mail.example>' })).toEqual(
      expect.arrayContaining(['database ok', 'clock ok', 'schema ok', 'webhook signature ok', 'data directory ok']),
    );
    expect(called).toEqual(['GET https://mail.coats.example/t/o/doctor', 'POST https://mail.coats.example/u/doctor']);
    expect(asked).toEqual(['mail.example', '_dmarc.mail.example', 'coats.example', '_dmarc.coats.example']);
  });

  it('looks at a database whatever time statements of others may take there', async () => {
    const other = await migratedDatabase();
    await onServer(other.url, `ALTER DATABASE ${new URL(other.url).pathname.slice(1)} SET statement_timeout = '1ms'`);
    expect(await report({ DATABASE_URL: other.url })).toEqual(expect.arrayContaining(['database ok', 'schema ok']));
    await other.close();
  });

  it('finds that what was answered may be lost where commits are not waited for', async () => {
    const other = await migratedDatabase();
    await onServer(other.url, `ALTER DATABASE ${new URL(other.url).pathname.slice(1)} SET synchronous_commit = 'off'`);
    const findings = await examine(readEnv({ DATABASE_URL: other.url, DATA_DIR: dir.path }), world, []);
    expect(findings).toContainEqual(
      expect.objectContaining({ check: 'durability', detail: expect.stringContaining('synchronous_commit') as string }),
    );
    await other.close();
  });

  it('finds that it would sign with another secret than the database was made with', async () => {
    const env = { SECRET_KEY: 'x'.repeat(40) };
    expect(await report(env)).toContain('secret unchecked');
    await database.engine.query(`INSERT INTO installation VALUES ('secret', '{"fingerprint": "another"}')`);
    expect(await report(env)).toContain('secret wrong');
    await database.engine.query(`UPDATE installation SET value = jsonb_build_object('fingerprint', $1::text)`, [
      new Secrets(env.SECRET_KEY).fingerprint,
    ]);
    expect(await report(env)).toContain('secret ok');
  });

  it('makes no database and no directory where there is none', async () => {
    const absent = path.join(dir.path, 'absent');
    const findings = await examine(readEnv({ DATA_DIR: absent }), world, []);
    expect(findings).toContainEqual(expect.objectContaining({ check: 'database', state: 'unchecked' }));
    await expect(readdir(absent)).rejects.toMatchObject({ code: 'ENOENT' });
    expect(await readdir(dir.path)).toEqual([]);
  });

  it('finds migrations that are missing and makes none of them', async () => {
    await onServer(database.url, `DELETE FROM migrations WHERE name LIKE 'Maintenance%'`);
    expect(await report()).toContain('schema wrong');
    expect(await report()).toContain('schema wrong');
    await onServer(
      database.url,
      `INSERT INTO migrations (timestamp, name) VALUES (1763740000004, 'Maintenance1763740000004')`,
    );
    expect(await report()).toContain('schema ok');
  });

  it('finds rows that belong to nothing, of every reference that PostgreSQL does not check', async () => {
    expect(await checkReferences(database.engine)).toMatchObject({ state: 'ok' });
    const lost = '01999999-0000-7000-8000-000000000000';
    await database.engine.query(
      `WITH c AS (INSERT INTO contacts (environment_id, id) VALUES ($1, $1)),
         k AS (INSERT INTO contact_keys (environment_id, kind, key, contact_id) VALUES ($1, 'external', 'x', $2)),
         p AS (INSERT INTO consents (environment_id, id, contact_id, purpose, granted, source, occurred_at)
           VALUES ($1, $1, $2, 'marketing', true, 'x', now())),
         s AS (INSERT INTO scenarios (store_id, key, name, draft) VALUES ($3, 'x', 'x', '{}')),
         v AS (INSERT INTO scenario_versions (store_id, scenario_key, version, document) VALUES ($3, 'x', 1, '{}')),
         r AS (INSERT INTO enrollments (environment_id, id, store_id, clock, scenario_key, version, message_class, contact_id, subject,
             state, position, due_at, previous_at, entered_at, last_activity_at, event)
           VALUES ($1, $1, $3, 'real', 'x', 1, 'marketing', $2, '', 'waiting', '0', 'infinity', now(), now(), now(), '{}'))
       INSERT INTO messages (environment_id, id, store_id, clock, enrollment_id, message_class, policy, template_key, state, due_at,
         created_at)
       VALUES ($1, $1, $1, 'real', $2, 'marketing', 'at-most-once', 'x', 'planned', 'infinity', now()),
         ($1, $2, $1, 'real', NULL, 'service', 'at-most-once', 'x', 'planned', 'infinity', now())`,
      [lost, lost.replace('9999', '9998'), store.storeId],
    );
    expect((await checkReferences(database.engine)).detail).toBe(
      'contacts without their environment, contact_keys without their person, consents without their person, enrollments without their person, messages without their run',
    );
    for (const table of ['contacts', 'contact_keys', 'consents', 'enrollments', 'messages'])
      await database.engine.query(`DELETE FROM ${table} WHERE environment_id = $1`, [lost]);
    await database.engine.query(`DELETE FROM scenario_versions WHERE scenario_key = 'x'`);
    await database.engine.query(`DELETE FROM scenarios WHERE key = 'x'`);
  });

  it('finds a database that does not answer, without naming its password', async () => {
    const away = readEnv({ DATABASE_URL: 'postgres://a:hunter2@127.0.0.1:1/x', DATA_DIR: dir.path });
    const findings = await examine(away, world, []);
    expect(findings).toContainEqual(expect.objectContaining({ check: 'database', state: 'wrong' }));
    expect(JSON.stringify(findings)).not.toContain('hunter2');
  });

  it('finds live scenarios whose templates are not published, and stores whose provider reports to nobody', async () => {
    const check = async (transport: string) =>
      (await checkStores(database.engine, transport)).map(({ check, state, detail }) => `${state} ${check}: ${detail}`);
    expect(await check('smtp')).toEqual(['unchecked templates: no scenario is published in live']);
    await aScenario(database.engine, store);
    const publish = (key: string) =>
      database.engine.query(
        `INSERT INTO publications (environment_id, kind, key, version, state) VALUES ($1, 'template', $2, 1, 'published')`,
        [store.liveId, key],
      );
    await publish('abandoned-cart/reminder');
    expect(await check('smtp')).toEqual([
      'wrong templates coats: abandoned-cart sends abandoned-cart/follow-up, which is not published in live',
    ]);
    await publish('abandoned-cart/follow-up');
    expect(await check('sendgrid')).toEqual([
      'ok templates: those of 1 live scenarios are published',
      expect.stringContaining('wrong connector coats') as string,
    ]);
    expect(await senderDomains(database.engine)).toEqual(['coats.example']);
  });
});
