import { aStore, migratedDatabase, type TestDatabase, type TestStore } from '../../test/support/database.js';
import { aLetter } from '../../test/support/letters.js';
import { REAL_LANE } from '../platform/clock/lane.js';
import type { EngineDatabase } from '../platform/database/engine-database.js';
import type { Sql } from '../platform/database/sql.js';
import { RECOUNT } from './figures-sql.js';
import { Rollup } from './rollup.js';

const DAYS = ['2026-11-19', '2026-11-20', '2026-11-21'];
const LARGE = 200_000;

/** A database whose cells are said to hold so many letters each; tells how many of them every statement counted. */
class LargeCells {
  readonly counted: number[] = [];

  constructor(
    private readonly engine: EngineDatabase,
    private readonly letters: number,
  ) {}

  transaction<T>(work: (tx: Sql) => Promise<T>): Promise<T> {
    return this.engine.transaction((tx) =>
      work({
        query: async <R extends Record<string, unknown>>(text: string, values: readonly unknown[] = []) => {
          const rows = await tx.query<R>(text, values);
          if (text === RECOUNT) this.counted.push((values[0] as unknown[]).length);
          return text.includes('AS letters') ? rows.map((row) => ({ ...row, letters: this.letters })) : rows;
        },
      }),
    );
  }
}

describe('keeping figures up to date', () => {
  let database: TestDatabase;
  let store: TestStore;

  beforeAll(async () => {
    database = await migratedDatabase();
    store = await aStore(database.engine);
    const { liveId: environmentId, storeId } = store;
    for (const day of DAYS) await aLetter(database.engine, { environmentId, storeId, sentAt: new Date(day) });
  });
  afterAll(() => database.close());
  beforeEach(() => database.engine.query('DELETE FROM stats_daily'));

  const changed = (times = 1) =>
    database.engine.query(
      `INSERT INTO stats_dirty (environment_id, scenario_key, step_id, day)
       SELECT $1, 'abandoned-cart', 'reminder', day FROM unnest($2::date[]) AS day, generate_series(1, $3)`,
      [store.liveId, DAYS, times],
    );
  const sent = () =>
    database.engine.query('SELECT day::text, sent::integer FROM stats_daily WHERE environment_id = $1 ORDER BY day', [
      store.liveId,
    ]);
  const all = DAYS.map((day) => ({ day, sent: 1 }));

  it('counts all that waits together, however many changes there are', async () => {
    await changed(15_000);
    const cells = new LargeCells(database.engine, 1);
    const rollup = new Rollup(cells as unknown as EngineDatabase);
    expect(await rollup.batch(REAL_LANE)).toBe(45_000);
    expect(await rollup.batch(REAL_LANE)).toBe(0);
    expect(cells.counted).toEqual([3]);
    expect(await sent()).toEqual(all);
  });

  it('counts large cells apart, so that no statement is given up for its length', async () => {
    await changed();
    const cells = new LargeCells(database.engine, LARGE);
    const rollup = new Rollup(cells as unknown as EngineDatabase);
    expect(await rollup.batch(REAL_LANE)).toBe(3);
    expect(cells.counted).toEqual([1, 1, 1]);
    expect(await sent()).toEqual(all);
    await rollup.rebuild(null);
    expect(cells.counted).toEqual([1, 1, 1, 1, 1, 1]);
    expect(await sent()).toEqual(all);
  });

  it('counts only the letters of what changed, takes away what nothing is left of there, and leaves the rest as it is', async () => {
    const day = '2026-12-01';
    const { liveId: environmentId, sandboxId, storeId } = store;
    const fields = { environmentId, storeId, sentAt: new Date(day) };
    for (const other of [{}, { step: 'follow-up' }, { scenario: 'welcome' }, { environmentId: sandboxId }])
      await aLetter(database.engine, { ...fields, ...other });
    const recount = async () => {
      await database.engine.query(
        `INSERT INTO stats_dirty (environment_id, scenario_key, step_id, day) VALUES ($1, 'abandoned-cart', 'reminder', $2)`,
        [environmentId, day],
      );
      await new Rollup(database.engine).batch(REAL_LANE);
      return database.engine.query<{ line: Record<string, unknown> }>('SELECT to_jsonb(s) AS line FROM stats_daily s');
    };
    const [counted, ...others] = await recount();
    expect([counted?.line, others]).toMatchObject([{ sent: 1 }, []]);
    const neighbours = [
      { environment_id: sandboxId },
      { scenario_key: 'welcome' },
      { step_id: 'follow-up' },
      { day: '2026-12-02' },
    ].map((other) => ({ ...counted!.line, ...other, sent: 7 }));
    const nothing = [{ version: 2 }, { variant: 'b' }].map((other) => ({ ...counted!.line, ...other }));
    await database.engine.query(
      'INSERT INTO stats_daily SELECT * FROM jsonb_populate_recordset(NULL::stats_daily, $1::jsonb)',
      [JSON.stringify([...neighbours, ...nothing])],
    );
    const lines = (await recount()).map(({ line }) => line);
    expect(lines).toHaveLength(5);
    expect(lines).toEqual(expect.arrayContaining([counted!.line, ...neighbours]));
    await database.engine.query('UPDATE stats_daily SET version = 9');
    await new Rollup(database.engine).rebuild(null);
    expect(await database.engine.query('SELECT 1 FROM stats_daily WHERE version = 9')).toEqual([]);
  });

  it('counts a letter as touched by machines alone where no person touched it', async () => {
    const { liveId: environmentId, storeId } = store;
    const sentAt = new Date('2026-12-05');
    for (const by of ['a machine', 'a machine and a person']) {
      const id = await aLetter(database.engine, { environmentId, storeId, sentAt });
      await database.engine.query(
        `UPDATE messages SET machine_opens = 1, first_machine_opened_at = sent_at, machine_clicks = 1, first_machine_clicked_at = sent_at
         WHERE id = $1`,
        [id],
      );
      if (by === 'a machine and a person')
        await database.engine.query(
          'UPDATE messages SET opens = 1, first_opened_at = sent_at, clicks = 1, first_clicked_at = sent_at WHERE id = $1',
          [id],
        );
    }
    await new Rollup(database.engine).rebuild(environmentId);
    const [row] = await database.engine.query('SELECT to_jsonb(s) AS line FROM stats_daily s WHERE day = $1', [sentAt]);
    const once = { unique_opens: 1, machine_unique_opens: 1, unique_clicks: 1, machine_unique_clicks: 1 };
    expect(row).toMatchObject({ line: { ...once, machine_opens: 2, machine_clicks: 2 } });
  });

  it('measures cells by the letters that it will read', async () => {
    await changed();
    const sizes: unknown[] = [];
    const watched = {
      transaction: <T>(work: (tx: Sql) => Promise<T>) =>
        database.engine.transaction((tx) =>
          work({
            query: async <R extends Record<string, unknown>>(text: string, values: readonly unknown[] = []) => {
              const rows = await tx.query<R>(text, values);
              if (text.includes('AS letters')) sizes.push(...rows.map(({ letters }) => letters));
              return rows;
            },
          }),
        ),
    };
    await new Rollup(watched as unknown as EngineDatabase).batch(REAL_LANE);
    expect(sizes).toEqual([1, 1, 1]);
  });
});
