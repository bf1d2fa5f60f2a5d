import { aStore, migratedDatabase, type TestDatabase, type TestStore } from '../../test/support/database.js';
import { aContact } from '../../test/support/letters.js';
import { aPlannedLetter, aScenario, messageRow, TWO_LETTERS } from '../../test/support/planned-letters.js';
import type { LedgerRow } from '../enrollments/ports.js';
import { newId } from '../platform/ids.js';
import { SqlMessageLedger } from './message-ledger.js';

const SENT = `sent_at = '2026-11-21T09:00:00Z', sent_on = '2026-11-21', attempts = 1`;

/** How a letter stands, and what taking it back makes of it: its state, and whether its figures are made anew. */
const TAKEN_BACK: readonly (readonly [how: string, state: string, cells: number])[] = [
  [`state = 'planned', held = true`, 'cancelled', 0],
  [`state = 'claimed', lease_until = clock_timestamp()`, 'cancelled', 0],
  [`state = 'retry', next_attempt_at = clock_timestamp(), ${SENT}`, 'cancelled', 1],
  [`state = 'retry', dup_risk = true, next_attempt_at = clock_timestamp(), ${SENT}`, 'unresolved', 1],
  [`state = 'planned', dup_risk = true`, 'cancelled', 0],
  [`state = 'sending', ${SENT}`, 'sending', 0],
  [`state = 'unknown', ${SENT}`, 'unknown', 0],
];
const ENDED = ['accepted', 'skipped', 'cancelled', 'rejected', 'failed', 'unresolved'];

describe('the ledger, as runs write it', () => {
  let database: TestDatabase;
  let store: TestStore;
  const ledger = new SqlMessageLedger();

  beforeAll(async () => {
    database = await migratedDatabase();
  });
  afterAll(() => database.close());
  beforeEach(async () => {
    store = await aStore(database.engine);
    await aScenario(database.engine, store);
    await aScenario(database.engine, store, { ...TWO_LETTERS, key: 'other' });
    await database.engine.query('DELETE FROM stats_dirty');
  });

  const message = (id: string) => messageRow(database.engine, id);
  const set = (id: string, columns: string) =>
    database.engine.query(`UPDATE messages SET ${columns} WHERE id = $1`, [id]);
  const aLetter = async (scenario = 'abandoned-cart') => {
    const contactId = await aContact(database.engine, store.liveId);
    const ids = await aPlannedLetter(database.engine, store, contactId, { scenario });
    return { id: ids.messageId, ref: { environmentId: store.liveId, enrollmentId: ids.enrollmentId } };
  };
  const dirty = () => database.engine.query('SELECT 1 FROM stats_dirty');
  const publication = (columns: string) =>
    database.engine.query(`UPDATE publications SET ${columns} WHERE environment_id = $1 AND key = 'abandoned-cart'`, [
      store.liveId,
    ]);

  const ways = ['exited:purchased', 'archived'] as const;
  /** Takes back the letters of a run, or of a scenario that is archived. */
  async function takeBack(reason: (typeof ways)[number], ref: { environmentId: string; enrollmentId: string }) {
    if (reason !== 'archived') return ledger.cancel(database.engine, [{ ...ref, reason }]);
    await publication(`state = 'archived'`);
    return ledger.archive(database.engine, store.liveId, 'abandoned-cart');
  }

  describe.each(ways)('takes back: %s', (reason) => {
    it.each(TAKEN_BACK)('what stands at %s: %s', async (how, state, cells) => {
      const { id, ref } = await aLetter();
      await set(id, how);
      await takeBack(reason, ref);
      const kept = state === 'sending' || state === 'unknown';
      const expected = { state, reason, cancel_requested: kept, held: false, next_attempt_at: null };
      expect(await message(id)).toMatchObject({ ...expected, lease_until: null });
      expect(await dirty()).toHaveLength(cells);
    });

    it.each(ENDED)('nothing that has ended: %s', async (state) => {
      const { id, ref } = await aLetter();
      await set(id, `state = '${state}', reason = 'before', ${SENT}`);
      const before = await message(id);
      await takeBack(reason, ref);
      expect(await message(id)).toEqual(before);
    });

    it('nothing of another run, another scenario or another environment', async () => {
      const [mine, other] = [await aLetter(), await aLetter('other')];
      const elsewhere = await aLetter();
      const left = reason === 'archived' ? other : elsewhere;
      await database.engine.query(
        `INSERT INTO messages (environment_id, id, store_id, clock, contact_id, scenario_key, version, step_id, step_number,
           message_class, policy, template_key, state, due_at, created_at)
         SELECT $2, id, store_id, clock, contact_id, scenario_key, version, step_id, step_number, message_class, policy, template_key,
           state, due_at, created_at FROM messages WHERE id = $1`,
        [mine.id, store.sandboxId],
      );
      await takeBack(reason, mine.ref);
      const states = await database.engine.query<{ state: string }>(
        'SELECT state FROM messages WHERE id = ANY ($1) ORDER BY environment_id = $2 DESC, id = $3 DESC',
        [[mine.id, left.id], store.liveId, mine.id],
      );
      expect(states.map(({ state }) => state)).toEqual(['cancelled', 'planned', 'planned']);
    });
  });

  it('keeps the lease of what is on its way, which cannot be called back', async () => {
    const { id, ref } = await aLetter();
    await set(id, `state = 'sending', lease_until = '2026-11-21T09:01:00Z', ${SENT}`);
    await takeBack('exited:purchased', ref);
    expect(await message(id)).toMatchObject({ lease_until: new Date('2026-11-21T09:01:00Z') });
  });

  it('takes nothing back of a scenario that is published again, whatever became of a template of its name', async () => {
    const { id } = await aLetter();
    await database.engine.query(
      `INSERT INTO publications (environment_id, kind, key, version, state)
       VALUES ($1, 'template', 'abandoned-cart', 1, 'archived'), ($2, 'scenario', 'abandoned-cart', 1, 'archived')`,
      [store.liveId, store.sandboxId],
    );
    await ledger.archive(database.engine, store.liveId, 'abandoned-cart');
    expect(await message(id)).toMatchObject({ state: 'planned' });
  });

  it('releases what is held of that scenario in that environment', async () => {
    const letters = [await aLetter(), await aLetter('other')];
    for (const { id } of letters) await set(id, 'held = true');
    await ledger.release(database.engine, store.sandboxId, 'abandoned-cart');
    expect(await message(letters[0]!.id)).toMatchObject({ held: true });
    await ledger.release(database.engine, store.liveId, 'abandoned-cart');
    expect(await message(letters[0]!.id)).toMatchObject({ held: false });
    expect(await message(letters[1]!.id)).toMatchObject({ held: true });
  });

  it.each([
    ...['planned', 'claimed', 'sending', 'retry', 'unknown'].map((state) => [state, true] as const),
    ...ENDED.map((state) => [state, false] as const),
  ])('calls a run whose letter is %s unsettled: %s', async (state, expected) => {
    const [mine, other] = [await aLetter(), await aLetter()];
    await set(mine.id, `state = '${state}', reason = 'so', ${SENT}`);
    await set(other.id, `state = '${expected ? 'accepted' : 'planned'}', ${SENT}`);
    const unsettled = await ledger.unsettled(database.engine, [mine.ref]);
    expect([...unsettled]).toEqual(expected ? [mine.ref.enrollmentId] : []);
  });

  it('plans a step of a run once, however often it is asked to', async () => {
    const { ref } = await aLetter();
    const at = new Date('2026-11-21T09:00:00Z');
    const row: LedgerRow = {
      ...ref,
      id: newId(),
      storeId: store.storeId,
      clock: 'real',
      contactId: await aContact(database.engine, store.liveId),
      scenarioKey: 'abandoned-cart',
      version: 1,
      stepId: 'follow-up',
      stepNumber: 2,
      pass: 1,
      round: 1,
      variant: 'default',
      messageClass: 'marketing',
      policy: 'at-most-once',
      template: 'a/b',
      templatePin: null,
      state: 'planned',
      reason: null,
      detail: null,
      dueAt: at,
      createdAt: at,
    };
    await ledger.plan(database.engine, [row]);
    await ledger.plan(database.engine, [{ ...row, id: newId() }]);
    await ledger.plan(database.engine, [{ ...row, id: newId(), pass: 2 }]);
    const planned = await database.engine.query(
      `SELECT id, pass FROM messages WHERE enrollment_id = $1 AND step_id = 'follow-up' ORDER BY pass`,
      [ref.enrollmentId],
    );
    expect(planned).toMatchObject([{ id: row.id, pass: 1 }, { pass: 2 }]);
  });
});
