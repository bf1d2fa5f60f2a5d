import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { migratedDatabase, type TestDatabase, type TestStore } from '../support/database.js';
import { onServer } from '../support/template-database.js';
import { until } from '../support/service.js';
import { Child } from './support/child.js';
import { FakeProvider } from './support/provider.js';
import { MARKETING, ShopInTrouble } from './support/shop-in-trouble.js';

const SHIFTED = fileURLToPath(new URL(path.join('children', 'shifted-clock.mjs'), import.meta.url));
const MINUTES_MS = 60_000;
const TIMES = { leaseMs: 3_000, sweepMs: 200, retryFirstMs: 100, resolveUnknownMs: 1_000 };

describe('letters go out at the database’s time', () => {
  let database: TestDatabase;
  let provider: FakeProvider;
  let shop: ShopInTrouble;
  let store: TestStore;
  let worker: Child | undefined;

  beforeEach(async () => {
    database = await migratedDatabase();
    provider = await FakeProvider.start();
    shop = new ShopInTrouble(database.url);
    store = await shop.store();
  });
  afterEach(async () => {
    await worker?.end('SIGKILL');
    await provider.close();
    await shop.close();
    await database.close();
  });

  const start = async (more: Readonly<Record<string, string>> = {}, flags: readonly string[] = []): Promise<void> => {
    const env = {
      DATABASE_URL: database.url,
      SENDGRID_API_URL: provider.url,
      TIMES: JSON.stringify(TIMES),
      DEADLINE_MS: '1000',
    };
    worker = await Child.start('worker', { ...env, ...more }, flags);
  };
  const taken = async (count: number): Promise<void> =>
    until(
      () => Promise.resolve(provider.taken.size >= count),
      () => `${provider.taken.size} of ${count} letters:\n${worker?.output}`,
      30,
    );
  const runsWaiting = async (): Promise<number> =>
    (await shop.sql.query(`SELECT 1 FROM enrollments WHERE state = 'waiting'`)).length;

  it.each([
    ['ten minutes ahead', 10 * MINUTES_MS],
    ['ten minutes behind', -10 * MINUTES_MS],
    ['a day ahead', 24 * 60 * MINUTES_MS],
    ['a day behind', -24 * 60 * MINUTES_MS],
  ])('whatever a worker’s clock says that is %s', async (_, shiftMs) => {
    await shop.dueRuns(store, MARKETING, { count: 10 });
    await shop.dueRuns(store, MARKETING, { count: 10, lateMs: -5 * MINUTES_MS });
    await start({ SHIFT_MS: String(shiftMs) }, ['--import', SHIFTED]);
    await taken(10);
    await shop.dueRuns(store, MARKETING, { count: 10 });
    await taken(20);
    expect([provider.taken.size, await runsWaiting()]).toEqual([20, 10]);
    const [sent] = await shop.sql.query(
      `SELECT count(*)::int AS n FROM messages WHERE abs(extract(epoch FROM sent_at - clock_timestamp())) < 60`,
    );
    expect(sent).toEqual({ n: 20 });
  });

  /** From the next connection on the database's clock goes wrong by so much. */
  async function jump(ms: number): Promise<void> {
    const [name] = await shop.sql.query<{ name: string }>('SELECT current_database() AS name');
    await asOwner(`CREATE SCHEMA IF NOT EXISTS wrong; GRANT USAGE ON SCHEMA wrong TO PUBLIC;
      CREATE OR REPLACE FUNCTION wrong.clock_timestamp() RETURNS timestamptz LANGUAGE sql VOLATILE
        AS $$ SELECT pg_catalog.clock_timestamp() + interval '${ms} milliseconds' $$;
      ALTER DATABASE ${name!.name} SET search_path = wrong, pg_catalog, public`);
  }

  const asOwner = (text: string): Promise<void> => onServer(database.url, text);

  it('and when that jumps ahead, letters in flight become unknown at worst, never twice; what is due by it goes', async () => {
    await shop.dueRuns(store, MARKETING, { count: 10, lateMs: -5 * MINUTES_MS });
    await start();
    await jump(10 * MINUTES_MS);
    await asOwner(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()`,
    );
    await taken(10);
    expect([...provider.taken.values()]).toEqual(Array.from({ length: 10 }, () => 1));
  });

  it('and when that jumps back, everything goes later, and once', async () => {
    await jump(10 * MINUTES_MS);
    await shop.dueRuns(store, MARKETING, { count: 10 });
    await start();
    await taken(10);
    await jump(0);
    await asOwner(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()`,
    );
    await shop.surely(() => shop.dueRuns(store, MARKETING, { count: 10 }));
    await taken(20);
    expect([...provider.taken.values()]).toEqual(Array.from({ length: 20 }, () => 1));
  });

  it.each([
    ['ahead', 10 * MINUTES_MS],
    ['back', -10 * MINUTES_MS],
  ])(
    'and when a worker is killed while it has jumped %s, the next one ends every letter, and sends none twice',
    async (_, ms) => {
      await shop.dueRuns(store, MARKETING, { count: 300, lateMs: 11 * MINUTES_MS });
      await start();
      await taken(1);
      await jump(ms);
      await worker!.end('SIGKILL');
      await start();
      await jump(0);
      await asOwner(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()`,
      );
      const open = async (): Promise<number> => {
        const [row] = await shop.surely(() =>
          shop.sql.query<{ n: number }>(
            `SELECT (SELECT count(*) FROM messages WHERE state NOT IN ('accepted', 'unresolved'))
             + (SELECT count(*) FROM enrollments WHERE state <> 'ended') AS n`,
          ),
        );
        return Number(row!.n);
      };
      await until(
        async () => (await open()) === 0,
        () => `letters are left:\n${worker?.output}`,
        90,
      );
      expect(Math.max(...provider.taken.values())).toBe(1);
    },
  );
});
