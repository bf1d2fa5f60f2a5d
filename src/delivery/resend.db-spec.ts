import { aStore, migratedDatabase, type TestDatabase, type TestStore } from '../../test/support/database.js';
import { aPlannedLetter, aScenario, aWorker } from '../../test/support/delivery-rig.js';
import { aContact } from '../../test/support/letters.js';
import { REAL_LANE } from '../platform/clock/lane.js';
import { EnvironmentsService } from '../stores/environments.service.js';
import { Resend } from './resend.js';

describe('a letter that somebody sends again', () => {
  let database: TestDatabase;
  let store: TestStore;
  let resend: Resend;
  const woken: string[] = [];

  beforeAll(async () => {
    database = await migratedDatabase();
    store = await aStore(database.engine);
    await aScenario(database.engine, store);
    resend = new Resend(database.engine, new EnvironmentsService(), { wake: (stage) => void woken.push(stage) });
  });
  afterEach(() =>
    database.engine.query(`UPDATE messages SET state = 'skipped', reason = 'x' WHERE state <> 'accepted'`),
  );
  afterAll(() => database.close());

  const scope = () => ({ storeId: store.storeId, environmentId: store.liveId });
  const contact = () => aContact(database.engine, store.liveId);
  const letter = async (state: string, contactId?: string) => {
    const { messageId } = await aPlannedLetter(database.engine, store, contactId ?? (await contact()));
    await database.engine.query(
      `UPDATE messages SET state = $2, reason = 'x', attempts = 1, sent_at = clock_timestamp(), sent_on = '2026-11-21' WHERE id = $1`,
      [messageId, state],
    );
    return messageId;
  };
  const message = async (id: string) => (await database.engine.query('SELECT * FROM messages WHERE id = $1', [id]))[0]!;

  it.each(['rejected', 'failed', 'unresolved'])(
    'is planned anew when it was %s, marked, and goes out',
    async (state) => {
      const id = await letter(state);
      await resend.resend(scope(), id);
      expect(woken.at(-1)).toBe('delivery');
      expect(await message(id)).toMatchObject({ state: 'planned', reason: null, dup_risk: true });
      const worker = aWorker(database.engine);
      await worker.batch.run(REAL_LANE);
      expect(await message(id)).toMatchObject({ state: 'accepted', attempts: 2, dup_risk: true });
      expect(worker.transport.sent).toHaveLength(1);
    },
  );

  it.each(['planned', 'claimed', 'sending', 'retry', 'unknown', 'accepted', 'skipped', 'cancelled'])(
    'is refused when it is %s',
    async (state) => {
      const id = await letter(state);
      await expect(resend.resend(scope(), id)).rejects.toMatchObject({ status: 409, code: 'not_resendable' });
      expect(await message(id)).toMatchObject({ state, dup_risk: false });
    },
  );

  it('asks the last guard again: who unsubscribed meanwhile gets nothing, and it stays shown as unresolved', async () => {
    const contactId = await contact();
    const id = await letter('unresolved', contactId);
    await resend.resend(scope(), id);
    await database.engine.query('UPDATE contacts SET marketing_consent = false WHERE id = $1', [contactId]);
    const worker = aWorker(database.engine);
    await worker.batch.run(REAL_LANE);
    expect(worker.transport.sent).toEqual([]);
    expect(await message(id)).toMatchObject({ state: 'unresolved', reason: 'no_consent' });
  });

  it('is not found in another environment', async () => {
    const id = await letter('rejected');
    const elsewhere = { storeId: store.storeId, environmentId: store.sandboxId };
    await expect(resend.resend(elsewhere, id)).rejects.toMatchObject({ status: 404 });
    expect(await message(id)).toMatchObject({ state: 'rejected' });
  });
});
