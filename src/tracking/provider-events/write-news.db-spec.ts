import { aStore, migratedDatabase, type TestDatabase, type TestStore } from '../../../test/support/database.js';
import { aLetter } from '../../../test/support/letters.js';
import { messageRow } from '../../../test/support/planned-letters.js';
import { type LetterNews, NO_NEWS } from './delivery-facet.js';
import { writeNews } from './write-news.js';

const at = (minute: number) => new Date(Date.UTC(2026, 10, 21, 10, minute));
const NOW = at(30);

describe('what is reported of a letter', () => {
  let database: TestDatabase;
  let store: TestStore;

  beforeAll(async () => {
    database = await migratedDatabase();
  });
  afterAll(() => database.close());
  beforeEach(async () => {
    store = await aStore(database.engine);
    await database.engine.query('DELETE FROM stats_dirty');
  });

  async function letter(columns = 'opens = 0'): Promise<string> {
    const id = await aLetter(database.engine, { environmentId: store.liveId, storeId: store.storeId });
    await database.engine.query(`UPDATE messages SET ${columns} WHERE id = $1`, [id]);
    return id;
  }
  const message = (id: string) => messageRow(database.engine, id);
  const write = (id: string, news: Partial<LetterNews>, environmentId = store.liveId) =>
    writeNews(database.engine, environmentId, new Map([[id, { ...NO_NEWS, ...news }]]), NOW);
  const dirty = () => database.engine.query('SELECT 1 FROM stats_dirty');

  it.each([
    `state = 'sending'`,
    `state = 'unknown'`,
    `state = 'unresolved'`,
    `state = 'retry'`,
    `state = 'planned', attempts = 1`,
    `state = 'claimed', attempts = 1`,
  ])('proves that the provider took it: %s', async (open) => {
    const holder = `claimed_by = gen_random_uuid(), lease_until = clock_timestamp(), next_attempt_at = clock_timestamp()`;
    const id = await letter(`${open}, ${holder}, held = true, accepted_at = NULL, reason = 'late'`);
    const other = await letter(`${open}, accepted_at = NULL`);
    expect(await write(id, { delivery: 'processed' })).toMatchObject([{ id }]);
    const accepted = {
      state: 'accepted',
      reason: null,
      accepted_at: NOW,
      reconciled_by: 'provider_event',
      held: false,
    };
    const free = { claimed_by: null, lease_until: null, next_attempt_at: null };
    expect(await message(id)).toMatchObject({ ...accepted, ...free, delivery: 'processed' });
    expect(await message(other)).toMatchObject({ reconciled_by: null, delivery: null });
    expect(await dirty()).toHaveLength(1);
  });

  it('is the outcome of an attempt whose worker has written none, and of no other', async () => {
    const id = await letter(`state = 'sending', attempts = 2, accepted_at = NULL`);
    const earlier = { outcome: 'retry', finished_at: at(1), detail: 'busy' };
    await database.engine.query(
      `INSERT INTO send_attempts (environment_id, message_id, attempt, token, worker, started_at, finished_at, outcome, detail)
       SELECT $1, $2, n, gen_random_uuid(), gen_random_uuid(), $3::timestamptz, CASE WHEN n = 1 THEN $3::timestamptz END, CASE WHEN n = 1 THEN 'retry' END,
         CASE WHEN n = 1 THEN 'busy' END FROM generate_series(1, 2) AS n`,
      [store.liveId, id, at(1)],
    );
    await write(id, { delivery: 'processed' });
    const attempts = await database.engine.query(
      'SELECT outcome, finished_at, detail FROM send_attempts WHERE message_id = $1 ORDER BY attempt',
      [id],
    );
    expect(attempts).toEqual([
      earlier,
      { outcome: 'accepted', finished_at: NOW, detail: 'reported before its answer was written' },
    ]);
  });

  it('leaves the outcome that an attempt has', async () => {
    const id = await letter(`state = 'retry', attempts = 1, accepted_at = NULL`);
    await database.engine.query(
      `INSERT INTO send_attempts (environment_id, message_id, attempt, token, worker, started_at, finished_at, outcome)
       VALUES ($1, $2, 1, gen_random_uuid(), gen_random_uuid(), $3, $3, 'retry')`,
      [store.liveId, id, at(1)],
    );
    expect(await write(id, { delivery: 'processed' })).toHaveLength(1);
    expect(
      await database.engine.query('SELECT outcome, finished_at FROM send_attempts WHERE message_id = $1', [id]),
    ).toEqual([{ outcome: 'retry', finished_at: at(1) }]);
  });

  it.each([
    `state = 'accepted'`,
    `state = 'cancelled', reason = 'moved'`,
    `state = 'planned', held = true, next_attempt_at = '2026-11-21T11:00:00Z'`,
    `state = 'claimed', lease_until = '2026-11-21T11:00:00Z', claimed_by = gen_random_uuid()`,
  ])('leaves the state of one that was settled, or never tried: %s', async (closed) => {
    const id = await letter(closed);
    const before = await message(id);
    expect(await write(id, { delivery: 'delivered', deliveredAt: at(1) })).toEqual([]);
    expect(await message(id)).toEqual({ ...before, delivery: 'delivered', delivered_at: at(1) });
    expect(await dirty()).toEqual([]);
  });

  it.each([
    ['deliveredAt', 'delivered_at', 0],
    ['bouncedAt', 'bounced_at', 1],
    ['complainedAt', 'complained_at', 1],
  ] as const)('keeps the earliest instant, in whatever order they come: %s', async (field, column, cells) => {
    const id = await letter();
    for (const minute of [5, 3, 7]) await write(id, { [field]: at(minute) });
    expect(await message(id)).toMatchObject({ [column]: at(3) });
    await database.engine.query('DELETE FROM stats_dirty');
    await write(id, { [field]: at(9) });
    expect(await dirty()).toHaveLength(cells);
  });

  it('moves its delivery forward only, and keeps the provider’s first id of it', async () => {
    const id = await letter();
    await write(id, { delivery: 'delivered', providerMessageId: 'first' });
    await write(id, { delivery: 'processed', providerMessageId: 'second' });
    await write(id, {});
    expect(await message(id)).toMatchObject({ delivery: 'delivered', provider_message_id: 'first' });
  });

  it('says nothing of a letter of another environment', async () => {
    const id = await letter(`state = 'unknown'`);
    const before = await message(id);
    expect(await write(id, { delivery: 'delivered', deliveredAt: at(1) }, store.sandboxId)).toEqual([]);
    expect(await message(id)).toEqual(before);
  });

  it('is in no figure where it is of a test letter', async () => {
    const id = await letter(`scenario_key = NULL, version = NULL, step_id = NULL, step_number = NULL`);
    await write(id, { delivery: 'bounced', bouncedAt: at(1) });
    expect(await message(id)).toMatchObject({ delivery: 'bounced', bounced_at: at(1) });
    expect(await dirty()).toEqual([]);
  });
});
