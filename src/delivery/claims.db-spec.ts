import { aStore, migratedDatabase, type TestDatabase, type TestStore } from '../../test/support/database.js';
import { aWorker, ScriptedTransport } from '../../test/support/delivery-rig.js';
import { aContact } from '../../test/support/letters.js';
import { aPlannedLetter, aScenario, takeBackLetters } from '../../test/support/planned-letters.js';
import type { MessageClass } from '../domain/scenario-schema.js';
import { REAL_LANE } from '../platform/clock/lane.js';
import { newId } from '../platform/ids.js';

/** No letter of this file is due later: a moment ago, as far as the database can tell. */
const LATEST = new Date(Date.now() - 60_000);

describe('letters that are due at once', () => {
  let database: TestDatabase;
  let store: TestStore;

  beforeAll(async () => {
    database = await migratedDatabase();
    store = await aStore(database.engine);
    await aScenario(database.engine, store);
  });
  afterAll(() => database.close());

  afterEach(() => takeBackLetters(database.engine));

  /** A letter that was due so many seconds before `LATEST`. */
  const due = async (seconds: number, messageClass: MessageClass): Promise<void> => {
    const contactId = await aContact(
      database.engine,
      store.liveId,
      `${messageClass}-${seconds}.${newId()}@example.com`,
    );
    const { messageId } = await aPlannedLetter(database.engine, store, contactId, { messageClass });
    await database.engine.query('UPDATE messages SET due_at = $2 WHERE id = $1', [
      messageId,
      new Date(LATEST.getTime() - seconds * 1_000),
    ]);
  };

  it('go out in the order of their instants, service mail before all others, however they lie in the table', async () => {
    for (const seconds of [20, 50, 10, 40, 30]) await due(seconds, 'marketing');
    for (const seconds of [5, 15]) await due(seconds, 'service');
    const transport = new ScriptedTransport(1);
    await aWorker(database.engine, { transport }).batch.run(REAL_LANE);
    expect(transport.sent.map(({ to }) => to.split('.')[0])).toEqual([
      'service-15',
      'service-5',
      ...[50, 40, 30, 20, 10].map((seconds) => `marketing-${seconds}`),
    ]);
  });

  /** What one claim of so many letters takes, in its order. */
  const claimed = async ({ claims }: ReturnType<typeof aWorker>, limit: number): Promise<readonly string[]> => {
    const { messages } = await claims.take(REAL_LANE, limit, []);
    return messages.map(({ messageClass, dueAt }) => `${messageClass}-${(LATEST.getTime() - dueAt.getTime()) / 1_000}`);
  };

  it('wait for no claim where they are service mail, however much other mail is due for longer', async () => {
    for (let seconds = 10; seconds < 30; seconds++) await due(seconds, 'marketing');
    for (const seconds of [0, 5]) await due(seconds, 'service');
    expect(await claimed(aWorker(database.engine), 6)).toEqual([
      'service-5',
      'service-0',
      ...[29, 28, 27, 26].map((seconds) => `marketing-${seconds}`),
    ]);
  });

  it('keep a third of a claim at least where there is always service mail', async () => {
    for (const seconds of [40, 41]) await due(seconds, 'marketing');
    for (let seconds = 0; seconds < 20; seconds++) await due(seconds, 'service');
    const taken = await claimed(aWorker(database.engine), 6);
    expect(taken).toEqual([
      ...[19, 18, 17, 16, 15, 14].map((seconds) => `service-${seconds}`),
      'marketing-41',
      'marketing-40',
    ]);
  });

  it('are all taken, though service mail was taken before its turn', async () => {
    const worker = aWorker(database.engine);
    for (let minutes = 2; minutes < 12; minutes++) await due(minutes * 60, 'marketing');
    for (const seconds of [0, 1, 2, 3]) await due(seconds, 'service');
    const taken: number[] = [];
    for (let claims = 0; claims < 4; claims++) taken.push((await claimed(worker, 6)).length);
    expect(taken).toEqual([6, 6, 2, 0]);
  });

  /** A service letter and another, in the state, that wait for nothing. */
  const waiting = async (state: 'planned' | 'retry'): Promise<void> => {
    for (const messageClass of ['service', 'marketing'] as const) await due(1, messageClass);
    await database.engine.query(`UPDATE messages SET state = $1, next_attempt_at = due_at WHERE state = 'planned'`, [
      state,
    ]);
  };

  it('are taken where their next try was set by a clock that was ahead: nothing waits for more than an hour', async () => {
    await waiting('planned');
    await database.engine.query(`UPDATE messages SET next_attempt_at = clock_timestamp() + interval '61 minutes'`);
    expect(await claimed(aWorker(database.engine), 6)).toHaveLength(2);
  });

  describe.each(['planned', 'retry'] as const)('and are %s', (state) => {
    it('are left alone while their store’s mail is kept back, and taken where another’s is', async () => {
      await waiting(state);
      const taken = async (shutStore: string) =>
        (await aWorker(database.engine).claims.take(REAL_LANE, 6, [shutStore])).messages.length;
      expect(await taken(store.storeId)).toBe(0);
      expect(await taken(newId())).toBe(2);
    });

    it('are not taken with real mail where they are a sandbox’s, however long its clock is past them', async () => {
      await waiting(state);
      await database.engine.query(`UPDATE messages SET clock = 'virtual', environment_id = $1 WHERE state = $2`, [
        store.sandboxId,
        state,
      ]);
      expect(await claimed(aWorker(database.engine), 6)).toEqual([]);
    });

    it('are not taken before a time that was set for their next try', async () => {
      await waiting(state);
      await database.engine.query(`UPDATE messages SET next_attempt_at = clock_timestamp() + interval '1 minute'`);
      expect(await claimed(aWorker(database.engine), 6)).toEqual([]);
    });

    it('are taken with their own sandbox’s mail, and with no other’s', async () => {
      await waiting(state);
      await database.engine.query(`UPDATE messages SET clock = 'virtual', environment_id = $1 WHERE state = $2`, [
        store.sandboxId,
        state,
      ]);
      const other = await aStore(database.engine);
      const taken = async (environmentId: string) => {
        const lane = { clock: 'virtual', environmentId, now: LATEST } as const;
        return (await aWorker(database.engine).claims.take(lane, 6, [])).messages.length;
      };
      expect(await taken(other.sandboxId)).toBe(0);
      expect(await taken(store.sandboxId)).toBe(2);
    });
  });
});
