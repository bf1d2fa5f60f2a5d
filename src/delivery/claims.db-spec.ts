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
});
