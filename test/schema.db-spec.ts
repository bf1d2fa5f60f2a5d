import 'reflect-metadata';
import pg from 'pg';
import { DataSource } from 'typeorm';
import { MIGRATIONS } from '../src/platform/database/migrations.js';
import { type FlowApp, startApp } from './support/app.js';
import { migratedDatabase } from './support/database.js';

/** Everything that makes up the schema, as text that can be compared. */
async function schemaOf(url: string): Promise<string[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const { rows } = await client.query<{ line: string }>(`
    SELECT format('column %s.%s %s null=%s default=%s', table_name, column_name, udt_name, is_nullable, column_default) AS line
      FROM information_schema.columns WHERE table_schema = 'public'
    UNION ALL SELECT indexdef FROM pg_indexes WHERE schemaname = 'public'
    UNION ALL SELECT format('constraint %s %s %s', conrelid::regclass, conname, pg_get_constraintdef(oid)) FROM pg_constraint WHERE connamespace = 'public'::regnamespace
    UNION ALL SELECT format('policy %s %s %s %s', tablename, policyname, roles, qual) FROM pg_policies
    UNION ALL SELECT format('function %s', oid::regprocedure) FROM pg_proc WHERE pronamespace = 'public'::regnamespace
    ORDER BY 1`);
  await client.end();
  return rows.map((row) => row.line).filter((line) => !/\bmigrations(_id_seq)?\b/.test(line));
}

describe('the schema', () => {
  it('comes back the same after every migration was undone and done again', async () => {
    const database = await migratedDatabase();
    const before = await schemaOf(database.url);
    const source = await new DataSource({
      type: 'postgres',
      url: database.url,
      migrations: MIGRATIONS,
      migrationsTransactionMode: 'each',
      installExtensions: false,
    }).initialize();
    for (const _ of MIGRATIONS) await source.undoLastMigration();
    expect(await schemaOf(database.url)).toEqual([]);
    await source.runMigrations();
    await source.destroy();
    expect(await schemaOf(database.url)).toEqual(before);
    await database.close();
  });
});

describe('the entities', () => {
  let app: FlowApp;
  beforeAll(async () => {
    app = await startApp();
  }, 60_000);
  afterAll(() => app.close());

  it('describe columns that the migrations made, of the same type', async () => {
    const entities = app.dataSource.entityMetadatas;
    expect(entities.map(({ name }) => name)).toContain('ApiKeyEntity');
    const differences: string[] = [];
    for (const entity of entities) {
      const rows: { name: string; type: string; nullable: boolean }[] = await app.engine.query(
        `SELECT column_name AS name, CASE data_type WHEN 'ARRAY' THEN substr(udt_name, 2) || '[]' ELSE udt_name END AS type, is_nullable = 'YES' AS nullable
         FROM information_schema.columns WHERE table_name = $1`,
        [entity.tableName],
      );
      for (const column of entity.columns) {
        const type = `${app.dataSource.driver.normalizeType(column)}${column.isArray ? '[]' : ''}`;
        const wanted = { name: column.databaseName, type: UDT[type] ?? type, nullable: column.isNullable };
        const found = rows.find((row) => row.name === column.databaseName);
        if (JSON.stringify(found) !== JSON.stringify(wanted))
          differences.push(`${entity.tableName}: entity ${JSON.stringify(wanted)}, schema ${JSON.stringify(found)}`);
      }
    }
    expect(differences).toEqual([]);
  });
});

/** TypeORM's long names beside PostgreSQL's internal ones. */
const UDT: Readonly<Record<string, string>> = {
  'timestamp with time zone': 'timestamptz',
  integer: 'int4',
  bigint: 'int8',
  boolean: 'bool',
};
