import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import pg from 'pg';
import { EngineDatabase } from '../../src/platform/database/engine-database.js';
import { MIGRATIONS } from '../../src/platform/database/migrations.js';
import { databaseUrl, dropDatabase, onServer } from '../support/template-database.js';

const CLI = fileURLToPath(new URL(path.join('..', '..', 'dist', 'cli', 'main.js'), import.meta.url));
const run = promisify(execFile);

describe('processes that meet in a database', () => {
  const admin = process.env.TEST_DATABASE_URL!;
  const name = `touchmap_met_${randomBytes(4).toString('hex')}`;
  const url = databaseUrl(admin, name);

  beforeAll(() => onServer(admin, `CREATE DATABASE ${name}`));
  afterAll(() => dropDatabase(admin, name));

  it('migrate an empty one together: one does it, the others wait, each step is done once', async () => {
    const env = { PATH: process.env.PATH, DATABASE_URL: url };
    await Promise.all([1, 2, 3].map(() => run(process.execPath, [CLI, 'migrate'], { env })));
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    const { rows } = await client.query<{ name: string }>('SELECT name FROM migrations ORDER BY id');
    await client.end();
    expect(rows.map((row) => row.name)).toEqual(MIGRATIONS.map((migration) => migration.name));
  });

  it('and wait for one another crosswise: the one that PostgreSQL gives up runs again, both arrive', async () => {
    const pool = new pg.Pool({ connectionString: url, max: 3 });
    const database = new EngineDatabase(pool);
    await database.query('CREATE TABLE crossing (id int PRIMARY KEY, n int NOT NULL)');
    await database.query('INSERT INTO crossing VALUES (1, 0), (2, 0)');
    let runs = 0;
    let meet: () => void = () => undefined;
    const met = new Promise<void>((resolve) => (meet = resolve));
    const cross = (first: number, second: number): Promise<void> =>
      database.transaction(async (tx) => {
        await tx.query('UPDATE crossing SET n = n + 1 WHERE id = $1', [first]);
        if (++runs === 2) meet();
        await met;
        await tx.query('UPDATE crossing SET n = n + 1 WHERE id = $1', [second]);
      });
    await Promise.all([cross(1, 2), cross(2, 1)]);
    expect(await database.query('SELECT n FROM crossing ORDER BY id')).toEqual([{ n: 2 }, { n: 2 }]);
    expect(runs).toBe(3);
    await pool.end();
  });
});
