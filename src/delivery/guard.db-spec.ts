import { aStore, migratedDatabase, type TestDatabase, type TestStore } from '../../test/support/database.js';
import { aWorker } from '../../test/support/delivery-rig.js';
import { aContact } from '../../test/support/letters.js';
import { aPlannedLetter, aScenario, messageRow, TWO_LETTERS } from '../../test/support/planned-letters.js';
import { REAL_LANE } from '../platform/clock/lane.js';

describe('the last guard', () => {
  let database: TestDatabase;
  let store: TestStore;

  beforeAll(async () => {
    database = await migratedDatabase();
    store = await aStore(database.engine);
    await aScenario(database.engine, store);
  });
  afterAll(() => database.close());

  const person = (): Promise<string> => aContact(database.engine, store.liveId);
  const message = (id: string) => messageRow(database.engine, id);
  const run = async (id: string): Promise<Record<string, unknown>> => {
    const [row] = await database.engine.query('SELECT * FROM enrollments WHERE id = $1', [id]);
    return row!;
  };

  it.each([
    ['no_consent', `UPDATE contacts SET marketing_consent = false WHERE id = $1`],
    ['no_address', `UPDATE contacts SET email = NULL, email_key = NULL WHERE id = $1`],
  ])('skips with its reason: %s', async (reason, change) => {
    const contactId = await person();
    const { messageId, enrollmentId } = await aPlannedLetter(database.engine, store, contactId);
    await database.engine.query(change, [contactId]);
    const worker = aWorker(database.engine);
    await worker.batch.run(REAL_LANE);
    expect(worker.transport.sent).toEqual([]);
    expect(await message(messageId)).toMatchObject({ state: 'skipped', reason });
    expect(await run(enrollmentId)).toMatchObject({ state: 'waiting', touches: 0 });
  });

  it('says what the condition of a letter missed that it could not be decided by', async () => {
    const [pause, reminder] = TWO_LETTERS.steps;
    const vips = {
      ...TWO_LETTERS,
      key: 'vips',
      steps: [pause, { ...reminder, when: 'contact.attributes.vip == true' }],
    };
    await aScenario(database.engine, store, vips);
    const { messageId, enrollmentId } = await aPlannedLetter(database.engine, store, await person(), {
      scenario: 'vips',
    });
    await aWorker(database.engine).batch.run(REAL_LANE);
    const detail = 'undetermined: contact.attributes.vip';
    expect(await message(messageId)).toMatchObject({ state: 'skipped', reason: 'condition_false', detail });
    const steps = await database.engine.query('SELECT * FROM enrollment_steps WHERE enrollment_id = $1', [
      enrollmentId,
    ]);
    expect(steps).toMatchObject([{ outcome: 'skipped', field: 'contact.attributes.vip' }, { outcome: 'ended' }]);
  });

  it('writes to nobody on the suppression list', async () => {
    const contactId = await person();
    const { messageId } = await aPlannedLetter(database.engine, store, contactId);
    await database.engine.query(
      `INSERT INTO suppressions (environment_id, email_key, email, reason) SELECT environment_id, email_key, email, 'complaint' FROM contacts WHERE id = $1`,
      [contactId],
    );
    await aWorker(database.engine).batch.run(REAL_LANE);
    expect(await message(messageId)).toMatchObject({ reason: 'suppressed', sent_at: null });
  });

  it('writes in live only to those who are allowed, when somebody is named', async () => {
    const { messageId } = await aPlannedLetter(database.engine, store, await person());
    const worker = aWorker(database.engine, { env: { LIVE_RECIPIENTS: ['shop.example'] } });
    await worker.batch.run(REAL_LANE);
    expect(await message(messageId)).toMatchObject({ state: 'skipped', reason: 'not_allowed_yet', sent_at: null });
    expect(worker.transport.sent).toEqual([]);
    await aPlannedLetter(database.engine, store, await aContact(database.engine, store.liveId, 'me@shop.example'));
    await worker.batch.run(REAL_LANE);
    expect(worker.transport.sent.map(({ to }) => to)).toEqual(['me@shop.example']);
  });
});
