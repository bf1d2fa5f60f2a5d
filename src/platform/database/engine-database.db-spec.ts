import fc from 'fast-check';
import pg from 'pg';
import { migratedDatabase, type TestDatabase } from '../../../test/support/database.js';
import { arrayText } from './array-text.js';
import { EngineDatabase } from './engine-database.js';

describe('the engine’s way to the database', () => {
  let database: TestDatabase;
  let owner: pg.Pool;
  let engine: EngineDatabase;

  beforeAll(async () => {
    database = await migratedDatabase();
    owner = new pg.Pool({ connectionString: database.url, max: 1 });
    engine = new EngineDatabase(owner);
    await engine.query('CREATE TABLE shelf (id integer)');
    await engine.query('INSERT INTO shelf VALUES (1)');
  });
  afterAll(async () => {
    await owner.end();
    await database.close();
  });

  const SHELF = 'SELECT * FROM shelf';

  it('prepares each statement once a connection', async () => {
    for (let i = 0; i < 3; i++) await engine.query(SHELF);
    const prepared = await engine.query('SELECT name FROM pg_prepared_statements WHERE statement = $1', [SHELF]);
    expect(prepared).toHaveLength(1);
  });

  it('goes on when a migration changed what a prepared statement answers', async () => {
    await engine.query(SHELF);
    await owner.query('ALTER TABLE shelf ADD COLUMN colour text');
    expect(await engine.query(SHELF)).toEqual([{ id: 1, colour: null }]);
  });

  it('goes on inside of a transaction as well, which is run again', async () => {
    await engine.query(SHELF);
    await owner.query('ALTER TABLE shelf ADD COLUMN size integer');
    expect(await engine.transaction((tx) => tx.query(SHELF))).toEqual([{ id: 1, colour: null, size: null }]);
  });

  it('reads lists of any texts, numbers, instants and nulls as they were written', async () => {
    const anyText = fc.string({ unit: 'grapheme' }).filter((text) => !text.includes('\u0000') && text.isWellFormed());
    const text = fc.oneof(anyText, fc.constantFrom('NULL', 'null', '', '{}', 'a,b', '"', '\\', ' x '));
    await fc.assert(
      fc.asyncProperty(fc.array(fc.option(text)), async (texts) => {
        const [row] = await engine.query('SELECT $1::text[] AS texts', [arrayText(texts, (one) => one)]);
        expect(row).toEqual({ texts });
      }),
    );
    const at = new Date('2026-11-21T09:00:00.123Z');
    const values = [
      arrayText([at, null], (one) => one),
      arrayText([1, -2], (one) => one),
      arrayText([true], (one) => one),
    ];
    const [row] = await engine.query(
      'SELECT $1::timestamptz[] AS at, $2::int[] AS counts, $3::bool[] AS flags',
      values,
    );
    expect(row).toEqual({ at: [at, null], counts: [1, -2], flags: [true] });
  });
});
