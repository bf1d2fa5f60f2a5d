import { BLIND_KEYS } from '../../test/support/blind-keys.js';
import { aStore, migratedDatabase, type TestDatabase, type TestStore } from '../../test/support/database.js';
import { aWorker, ScriptedTransport } from '../../test/support/delivery-rig.js';
import { aPlannedLetter, aScenario, messageRow, takeBackLetters } from '../../test/support/planned-letters.js';
import { aContact } from '../../test/support/letters.js';
import { ContactsService } from '../contacts/contacts.service.js';
import { StoredRunEnder } from '../enrollments/run-ender.js';
import { REAL_LANE } from '../platform/clock/lane.js';
import type { RequestDatabase } from '../platform/database/request-database.js';
import type { Mail, SendResult } from './transports/transport.js';

const BUSY = { kind: 'retry', status: 451, retryAfterMs: null, counts: true } as const;
const NOBODY_KNOWS: SendResult = { kind: 'unknown', status: 502, detail: 'bad gateway', late: null };

describe('a person who is erased', () => {
  let database: TestDatabase;
  let store: TestStore;
  let transport: ScriptedTransport;
  let worker: ReturnType<typeof aWorker>;
  let contactId: string;

  beforeAll(async () => {
    database = await migratedDatabase();
    store = await aStore(database.engine);
    await aScenario(database.engine, store);
  });
  beforeEach(async () => {
    transport = new ScriptedTransport();
    worker = aWorker(database.engine, { transport });
    contactId = await aContact(database.engine, store.liveId);
  });
  afterEach(() => takeBackLetters(database.engine));
  afterAll(() => database.close());

  const erase = (): Promise<void> => {
    const noRequests = {} as RequestDatabase;
    const noSubscriptions = { consentGiven: () => Promise.resolve() };
    const contacts = new ContactsService(
      noRequests,
      database.engine,
      new StoredRunEnder(worker.mover),
      noSubscriptions,
      { keep: () => Promise.resolve() },
      BLIND_KEYS,
    );
    return contacts.erase({ storeId: store.storeId, environmentId: store.liveId }, contactId);
  };
  const planned = (options = {}) => aPlannedLetter(database.engine, store, contactId, options);
  const message = (id: string) => messageRow(database.engine, id);
  const run = async (id: string): Promise<unknown> =>
    (await database.engine.query('SELECT state, end_reason FROM enrollments WHERE id = $1', [id]))[0];
  const bodies = (id: string) => database.engine.query('SELECT 1 FROM message_bodies WHERE message_id = $1', [id]);
  const later = (id: string) =>
    database.engine.query(
      `UPDATE messages SET next_attempt_at = clock_timestamp(), unknown_since = unknown_since - interval '2 hours' WHERE id = $1`,
      [id],
    );
  /** The provider answers this, and the person is erased before it does. */
  const answerAfterErasure =
    (result: SendResult | ((mail: Mail) => SendResult)) =>
    async (mail: Mail): Promise<SendResult> => {
      await erase();
      return typeof result === 'function' ? result(mail) : result;
    };

  it('gets no letter that was planned', async () => {
    const { messageId, enrollmentId } = await planned();
    await erase();
    expect(await worker.batch.run(REAL_LANE)).toEqual({ claimed: 0, accepted: 0 });
    expect(await message(messageId)).toMatchObject({ state: 'cancelled', reason: 'erased', to_address: null });
    expect(await run(enrollmentId)).toEqual({ state: 'ended', end_reason: 'erased' });
  });

  it('gets no letter that was claimed and made already', async () => {
    const { messageId } = await planned();
    const claim = await worker.claims.take(REAL_LANE, 10, []);
    const letters = await worker.composer.compose(REAL_LANE, claim.messages);
    await erase();
    expect(await worker.guard.clear(REAL_LANE, claim.token, transport, letters)).toMatchObject({ cleared: [] });
    expect(await message(messageId)).toMatchObject({ state: 'cancelled', reason: 'erased' });
    expect(await bodies(messageId)).toEqual([]);
  });

  it('is sent nothing more when the letter on its way was not taken', async () => {
    const { messageId } = await planned();
    transport.script = [answerAfterErasure({ ...BUSY, detail: 'later' })];
    await worker.batch.run(REAL_LANE);
    await later(messageId);
    await worker.batch.run(REAL_LANE);
    expect(transport.sent).toHaveLength(1);
    expect(await message(messageId)).toMatchObject({ state: 'cancelled', to_address: null, subject: null });
  });

  it('is sent nothing again when nobody knows what became of a service letter', async () => {
    const { messageId } = await planned({ policy: 'at-least-once', messageClass: 'service' });
    transport.script = [answerAfterErasure(NOBODY_KNOWS)];
    await worker.batch.run(REAL_LANE);
    for (let round = 0; round < 3; round++) {
      await later(messageId);
      await worker.sweeper.sweep();
      await worker.batch.run(REAL_LANE);
    }
    expect(transport.sent).toHaveLength(1);
    expect(await message(messageId)).toMatchObject({ state: 'unresolved', to_address: null });
  });

  it('leaves a counted row without address, subject or content of the letter that went out', async () => {
    const { messageId } = await planned();
    transport.script = [answerAfterErasure({ kind: 'accepted', status: 250, providerMessageId: 'p' })];
    await worker.batch.run(REAL_LANE);
    expect(await message(messageId)).toMatchObject({ state: 'accepted', to_address: null, subject: null });
    expect(await bodies(messageId)).toEqual([]);
  });

  it('is not named by what a provider said of the letter, before or after', async () => {
    const refusal = ({ to }: Mail): SendResult => ({ ...BUSY, detail: `450 4.2.1 <${to}>: mailbox busy` });
    const { messageId } = await planned();
    transport.script = [refusal, answerAfterErasure(refusal)];
    await worker.batch.run(REAL_LANE);
    await later(messageId);
    await worker.batch.run(REAL_LANE);
    const attempts = await database.engine.query('SELECT detail FROM send_attempts WHERE message_id = $1 ORDER BY 1', [
      messageId,
    ]);
    expect(attempts).toEqual([{ detail: '450 4.2.1 <…>: mailbox busy' }, { detail: null }]);
  });
});
