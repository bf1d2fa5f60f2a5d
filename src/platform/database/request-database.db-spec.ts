import pg from 'pg';
import { DataSource, type DataSourceOptions, type EntityManager } from 'typeorm';
import { aStore, migratedDatabase, type TestDatabase, type TestStore } from '../../../test/support/database.js';
import { until } from '../../../test/support/service.js';
import { problemOf } from '../http/problem.js';
import { requestDataSource } from './request-data-source.js';
import { RequestDatabase } from './request-database.js';

describe('a request whose connection or transaction breaks', () => {
  let database: TestDatabase;
  let store: TestStore;
  let requests: RequestDatabase;
  let owner: pg.Pool;

  beforeAll(async () => {
    database = await migratedDatabase();
    store = await aStore(database.engine);
    owner = new pg.Pool({ connectionString: database.url, max: 1 });
    const options = { ...requestDataSource(database.url), poolErrorHandler: () => undefined };
    requests = new RequestDatabase(await new DataSource(options as DataSourceOptions).initialize());
  });
  afterAll(async () => {
    await requests.dataSource.destroy();
    await owner.end();
    await database.close();
  });

  /** Ends the session, and waits until this side has heard of it. */
  const breakConnection = async ({ queryRunner }: EntityManager): Promise<void> => {
    const [{ pid }] = (await queryRunner!.query('SELECT pg_backend_pid() AS pid')) as [{ pid: number }];
    await owner.query('SELECT pg_terminate_backend($1)', [pid]);
    await until(
      () => Promise.resolve(queryRunner!.isReleased),
      () => 'the connection lives',
    );
  };

  it.each([
    ['before its next statement', (manager: EntityManager) => manager.query('SELECT 1')],
    [
      'before a statement of a repository',
      (manager: EntityManager) => manager.createQueryBuilder().from('stores', 's').getRawMany(),
    ],
    ['before its COMMIT', () => Promise.resolve()],
  ])('is told to come again: %s', async (_, next) => {
    const scope = { storeId: store.storeId, environmentId: store.liveId };
    const broken = requests.run<unknown>(scope, async (manager) => {
      await breakConnection(manager);
      return next(manager);
    });
    const error: unknown = await broken.catch((thrown: unknown) => thrown);
    expect(problemOf(error)).toMatchObject({ body: { status: 503, code: 'unavailable' }, unexpected: false });
  });

  it('reads again where PostgreSQL ended it to undo a deadlock, and not for ever', async () => {
    const scope = { storeId: store.storeId, environmentId: store.liveId };
    const deadlock = `DO $$ BEGIN RAISE EXCEPTION 'deadlock detected' USING ERRCODE = 'deadlock_detected'; END $$`;
    let attempts = 0;
    const read = (deadlocks: number): Promise<unknown> =>
      requests.read(scope, async (tx) => {
        if (attempts++ < deadlocks) await tx.query(deadlock);
        return tx.query(`SELECT current_setting('app.environment') AS environment`);
      });
    expect(await read(3)).toEqual([{ environment: store.liveId }]);
    attempts = 0;
    await expect(read(Infinity)).rejects.toThrow('deadlock detected');
    expect(attempts).toBe(4);
  });
});
