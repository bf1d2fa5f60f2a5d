import { aStore, migratedDatabase, type TestDatabase, type TestStore } from '../../test/support/database.js';
import { REAL_LANE } from '../platform/clock/lane.js';
import { readFigures } from './figures-reader.js';
import { Rollup } from './rollup.js';
import { statsCsv } from './stats-csv.js';
import type { StatsRowView } from './stats-table.view.js';
import { statsTable } from './stats-table.js';

/** What the seed document's table says of one letter; opens and clicks beyond the unique ones are repeats. */
interface Seed {
  readonly step: string;
  readonly stepNumber: number;
  readonly sent: number;
  readonly opens: number;
  readonly uniqueOpens: number;
  readonly clicks: number;
  readonly uniqueClicks: number;
  readonly orders: number;
}

const REMINDER: Seed = {
  step: 'reminder',
  stepNumber: 1,
  sent: 12411,
  opens: 6062,
  uniqueOpens: 3984,
  clicks: 3636,
  uniqueClicks: 1345,
  orders: 184,
};
const FOLLOW_UP: Seed = {
  step: 'follow-up',
  stepNumber: 2,
  sent: 7984,
  opens: 3023,
  uniqueOpens: 2150,
  clicks: 1369,
  uniqueClicks: 652,
  orders: 63,
};

/** Letters over ten days: the first n were opened, the first k clicked, every one of those once; the repeats are letter 1's. */
const LETTERS = `
INSERT INTO messages (environment_id, id, store_id, clock, contact_id, scenario_key, version, step_id, step_number, message_class,
  policy, template_key, state, due_at, sent_at, sent_on, accepted_at, created_at, opens, first_opened_at, clicks, first_clicked_at)
SELECT $1, gen_random_uuid(), $2, 'real', gen_random_uuid(), 'abandoned-cart', 1 + n % 2, $3, $4, 'marketing', 'at-most-once', 'a/b',
  'accepted', at, at, (at AT TIME ZONE 'UTC')::date, at, at,
  CASE WHEN n = 1 THEN $6::integer - $7::integer + 1 WHEN n <= $7::integer THEN 1 ELSE 0 END, CASE WHEN n <= $7::integer THEN at + interval '1 hour' END,
  CASE WHEN n = 1 THEN $8::integer - $9::integer + 1 WHEN n <= $9::integer THEN 1 ELSE 0 END, CASE WHEN n <= $9::integer THEN at + interval '2 hours' END
FROM generate_series(1, $5::integer) AS n
CROSS JOIN LATERAL (SELECT timestamptz '2026-11-01T12:00:00Z' + n % 10 * interval '1 day' AS at) day`;

const ORDERS = `
INSERT INTO conversions (environment_id, event_id, order_key, type, contact_id, occurred_at, data, state, message_id, amount, currency)
SELECT environment_id, gen_random_uuid(), id::text, 'order.placed', contact_id, first_clicked_at + interval '1 hour', '{}', 'credited',
  id, 1990.10, 'RUB'
FROM messages WHERE environment_id = $1 AND step_id = $2 AND first_clicked_at IS NOT NULL
ORDER BY messages.clicks DESC, messages.id LIMIT $3`;

describe('the statistics table', () => {
  let database: TestDatabase;
  let store: TestStore;
  let rollup: Rollup;

  beforeAll(async () => {
    database = await migratedDatabase();
    store = await aStore(database.engine);
    rollup = new Rollup(database.engine);
    for (const seed of [REMINDER, FOLLOW_UP]) {
      const { step, stepNumber, sent, opens, uniqueOpens, clicks, uniqueClicks } = seed;
      const counts = [sent, opens, uniqueOpens, clicks, uniqueClicks];
      await database.engine.query(LETTERS, [store.liveId, store.storeId, step, stepNumber, ...counts]);
      await database.engine.query(ORDERS, [store.liveId, step, seed.orders]);
    }
    await database.engine.query(
      `INSERT INTO stats_dirty (environment_id, scenario_key, step_id, day)
       SELECT environment_id, scenario_key, step_id, sent_on FROM messages`,
    );
    while ((await rollup.batch(REAL_LANE)) > 0);
  });
  afterAll(() => database.close());

  const table = async (by: 'step' | 'day' | 'version' = 'step', span: { from?: string; to?: string } = {}) => {
    const query = {
      environmentId: store.liveId,
      scenario: 'abandoned-cart',
      from: span.from ?? null,
      to: span.to ?? null,
      by,
    };
    const published = [REMINDER, FOLLOW_UP, { step: 'third', stepNumber: 3 }].map(({ step, stepNumber }) => ({
      scenario: 'abandoned-cart',
      step,
      stepNumber,
      firsts: stepNumber === 1 ? [] : [REMINDER.step],
    }));
    return statsTable(await readFigures(database.engine, query), published, {
      ...query,
      versions: published.map((step) => ({ ...step, version: 1 })),
      machine: false,
      currency: 'RUB',
    });
  };

  it("gives the seed's figures back to the unit, the follow-up with 34.2 % more orders", async () => {
    const { items, total } = await table();
    expect(items.map(({ step }) => step)).toEqual(['reminder', 'follow-up', 'third']);
    const [first, second, third] = items as [StatsRowView, StatsRowView, StatsRowView];
    const { step, stepNumber, ...reminder } = REMINDER;
    expect(first).toMatchObject({ ...reminder, step, delivered: 12411, increment: null });
    expect(stepNumber).toBe(1);
    expect(first.rates).toEqual({ open: 0.321, click: 0.1084, clickToOpen: 0.338, order: 0.0148 });
    expect(first.revenue).toEqual({ amount: '366178.40', currency: 'RUB' });
    const { stepNumber: _, ...followUp } = FOLLOW_UP;
    expect(second).toMatchObject({ ...followUp, increment: { orders: 0.342 } });
    expect(third).toMatchObject({
      sent: 0,
      orders: 0,
      revenue: { amount: '0.00', currency: 'RUB' },
      increment: { orders: 0 },
    });
    expect(total).toMatchObject({ step: null, sent: 20395, orders: 247, increment: null });
  });

  it('divides by day and by version without losing a letter', async () => {
    for (const by of ['day', 'version'] as const) {
      const { items, total } = await table(by);
      const sent = items.reduce((sum, row) => sum + row.sent, 0);
      expect([by, sent, total.sent]).toEqual([by, 20395, 20395]);
    }
    expect((await table('day')).items[0]).toMatchObject({ step: 'reminder', day: '2026-11-01' });
  });

  it('takes both ends of a span of days', async () => {
    expect((await table('step', { from: '2026-11-02', to: '2026-11-03' })).items[0]).toMatchObject({ sent: 2483 });
    expect((await table('step', { from: '2027-01-01' })).total).toMatchObject({ sent: 0, rates: { open: null } });
  });

  it('compares with the first letter also where that sent nothing', async () => {
    const { items } = await table('day');
    const followUp = items.find(({ step }) => step === 'follow-up')!;
    await database.engine.query(`UPDATE stats_daily SET day = day - 365 WHERE step_id = 'reminder'`);
    const span = { from: '2026-11-01', to: '2026-11-30' };
    expect((await table('day', span)).items[0]).toMatchObject({ ...followUp, increment: { orders: null } });
    expect((await table('version', span)).items[0]).toMatchObject({ step: 'follow-up', increment: { orders: null } });
    await database.engine.query(`UPDATE stats_daily SET day = day + 365 WHERE step_id = 'reminder'`);
  });

  it('is the same after a rebuild, row by row', async () => {
    const rows = 'SELECT * FROM stats_daily ORDER BY environment_id, scenario_key, step_id, version, variant, day';
    const before = await database.engine.query(rows);
    await rollup.rebuild(null);
    expect(await database.engine.query(rows)).toEqual(before);
    expect(before.length).toBe(20);
  });

  it('shows another environment nothing of it', async () => {
    const groups = await readFigures(database.engine, {
      environmentId: store.sandboxId,
      scenario: null,
      from: null,
      to: null,
      by: 'step',
    });
    expect(groups).toEqual([]);
  });

  it('is a CSV that opens in a spreadsheet', async () => {
    const { items } = await table();
    const lines = statsCsv(items, 'step').split('\r\n');
    expect(lines[1]).toBe(
      'abandoned-cart,reminder,12411,12411,6062,3984,3636,1345,184,366178.40,RUB,0,0,0,0.321,0.1084,0.338,0.0148,,',
    );
  });
});
