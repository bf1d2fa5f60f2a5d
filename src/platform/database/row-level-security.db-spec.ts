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
});
