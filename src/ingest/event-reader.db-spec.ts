import { DataSource } from 'typeorm';
import { BLIND_KEYS } from '../../test/support/blind-keys.js';
import { aStore, migratedDatabase, type TestDatabase } from '../../test/support/database.js';
import { requestDataSource } from '../platform/database/request-data-source.js';
import { RequestDatabase, type Scope } from '../platform/database/request-database.js';
import { pageQuery, type PageOf } from '../platform/http/pages.js';
import { EventReader } from './event-reader.js';
import type { EventView } from './event.view.js';

const RARE = 'deal.closed_lost';

describe('the list of events of a type', () => {
  let db: TestDatabase;
  let source: DataSource;
  let reader: EventReader;
  let scope: Scope;

  beforeAll(async () => {
    db = await migratedDatabase();
    source = await new DataSource(requestDataSource(db.url) as never).initialize();
    reader = new EventReader(new RequestDatabase(source), BLIND_KEYS);
  });
  afterAll(async () => {
    await source.destroy();
    await db.close();
  });
  beforeEach(async () => {
    const store = await aStore(db.engine);
    scope = { storeId: store.storeId, environmentId: store.liveId };
  });

  /** Events 1 to `count`, over four months; every one whose number `rare` divides is of another type. */
  const history = (count: number, rare: number) =>
    db.engine.query(
      `INSERT INTO storefront_events (environment_id, id, received_at, clock, key, type, contact_id, occurred_at, data, processed_at)
       SELECT $1, lpad(to_hex(n), 32, '0')::uuid, at, 'real', n::text, CASE WHEN n % $3 = 0 THEN '${RARE}' ELSE 'cart.updated' END,
         $1, at, '{}', at
       FROM generate_series(1, $2::integer) n, LATERAL (SELECT timestamptz '2026-08-01Z' + n * interval '4 months' / $2 AS at) t`,
      [scope.environmentId, count, rare],
    );
  const page = (limit: number, cursor: string | null = null, step = 50) =>
    reader.list(scope, { type: RARE }, pageQuery('events', String(limit), cursor ?? undefined), step);
  const ids = ({ items }: PageOf<EventView>) => items.map(({ id }) => Number(id));
  /** Every page there is. */
  const pages = async (limit: number, step: number) => {
    const all = [await page(limit, null, step)];
    for (let cursor = all[0]!.nextCursor; cursor !== null; cursor = all.at(-1)!.nextCursor)
      all.push(await page(limit, cursor, step));
    return all.map(ids);
  };

  it('looks at so many events a page and no more, and its cursor goes on behind them', async () => {
    await history(120, 15);
    expect(await pages(20, 50)).toEqual([[120, 105, 90, 75], [60, 45, 30], [15]]);
  });

  it('may be empty and go on, until there is nothing left', async () => {
    await history(101, 200);
    expect(await pages(20, 50)).toEqual([[], [], []]);
    expect(await pages(20, 101)).toEqual([[], []]);
    expect(await pages(20, 102)).toEqual([[]]);
  });

  it('tells every event once, newest first, whatever the size of pages and steps', async () => {
    await history(500, 7);
    const all = Array.from({ length: 71 }, (_, i) => 497 - 7 * i);
    for (const limit of [35, 70, 71, 200])
      for (const step of [7, 99, 500, 501]) expect((await pages(limit, step)).flat()).toEqual(all);
  });

  it('says which standard type is nearly that of an event that nothing came of', async () => {
    await history(3, 1);
    await db.engine.query(
      `UPDATE storefront_events SET type = CASE key WHEN '1' THEN 'cart.update' WHEN '2' THEN 'order.placd' ELSE type END,
         outcomes = CASE key WHEN '2' THEN '[{"scenario": "own", "enrollment": null, "outcome": "none", "reason": "too_old"}]'::jsonb END
       WHERE environment_id = $1`,
      [scope.environmentId],
    );
    const { items } = await reader.list(scope, {}, pageQuery('events', '10', undefined));
    expect(items.map(({ type, nearly }) => [type, nearly])).toEqual([
      [RARE, undefined],
      ['order.placd', undefined], // the store's own: a scenario listens to it
      ['cart.update', 'cart.updated'],
    ]);
  });

  it('fills a page of a usual type at once', async () => {
    await history(100, 1);
    expect((await pages(50, 60)).map(({ length }) => length)).toEqual([50, 50]);
  });
});
