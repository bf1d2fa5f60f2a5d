import pg from 'pg';
import { aStore, migratedDatabase, type TestDatabase } from '../../../test/support/database.js';
import { connectionOf } from './connection.js';

describe('row-level security', () => {
  let database: TestDatabase;
  let request: pg.Pool;

  beforeAll(async () => {
    database = await migratedDatabase();
    request = new pg.Pool(connectionOf(database.url, 'touchmap_request', 1));
  });
  afterAll(async () => {
    await request.end();
    await database.close();
  });

  it('shows a request the rows of its own store only', async () => {
    const [mine, other] = [await aStore(database.engine), await aStore(database.engine)];
    await request.query('BEGIN');
    await request.query(`SELECT set_config('app.store', $1, true)`, [mine.storeId]);
    const { rows } = await request.query<{ id: string }>('SELECT id FROM environments ORDER BY id');
    await request.query('COMMIT');
    expect(rows.map((row) => row.id)).toEqual([mine.liveId, mine.sandboxId].sort());
    expect(rows.map((row) => row.id)).not.toContain(other.liveId);
  });

  it('shows nothing to a request that does not say whose it is, also after another one on the same connection', async () => {
    expect((await request.query('SELECT 1 FROM stores')).rowCount).toBe(0);
  });

  it('cannot be gone around by a partition’s own name, also of a month that is made later', async () => {
    await database.engine.query('SELECT ensure_month_partitions(5)');
    const partitions = await database.engine.query<{ name: string }>(
      `SELECT relname AS name FROM pg_class WHERE relispartition AND relkind = 'r' AND relnamespace = 'public'::regnamespace`,
    );
    expect(partitions.length).toBeGreaterThan(18);
    for (const { name } of partitions)
      await expect(request.query(`SELECT 1 FROM ${name}`)).rejects.toMatchObject({ code: '42501' });
  });

  it('leaves a request nothing of the installation, and no making of partitions', async () => {
    for (const statement of [
      'SELECT 1 FROM installation',
      'SELECT 1 FROM workers',
      'SELECT 1 FROM migrations',
      'SELECT 1 FROM alerts',
      'SELECT ensure_month_partitions(2)',
    ])
      await expect(request.query(statement)).rejects.toMatchObject({ code: '42501' });
  });

  it('is forced on every table that belongs to a store or an environment, with one policy for each role', async () => {
    const tables = await database.engine.query<{ name: string; forced: boolean; policies: number }>(
      `SELECT c.relname AS name, c.relrowsecurity AND c.relforcerowsecurity AS forced,
         (SELECT count(*)::int FROM pg_policy AS p WHERE p.polrelid = c.oid) AS policies
       FROM pg_class AS c WHERE c.relkind IN ('r', 'p') AND c.relnamespace = 'public'::regnamespace
         AND (NOT c.relispartition OR has_table_privilege('touchmap_request', c.oid, 'SELECT, INSERT, UPDATE, DELETE'))
       ORDER BY 1`,
    );
    const open = tables.filter(({ forced, policies }) => !forced || policies !== 2).map(({ name }) => name);
    // Facts of the installation: what its operators are told, its secret's fingerprint, what was migrated, which workers are alive.
    expect(open).toEqual(['alert_notices', 'alerts', 'installation', 'migrations', 'workers']);
    const columns = await database.engine.query<{ table_name: string }>(
      `SELECT DISTINCT table_name FROM information_schema.columns
       WHERE table_schema = 'public' AND column_name IN ('environment_id', 'store_id') AND table_name = ANY ($1)`,
      [open],
    );
    expect(columns).toEqual([]);
  });
});
