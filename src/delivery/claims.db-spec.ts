import { aStore, migratedDatabase, type TestDatabase, type TestStore } from '../../test/support/database.js';
import { aWorker, ScriptedTransport } from '../../test/support/delivery-rig.js';
import { aContact } from '../../test/support/letters.js';
import { aPlannedLetter, aScenario } from '../../test/support/planned-letters.js';
import type { MessageClass } from '../domain/scenario-schema.js';
import { REAL_LANE } from '../platform/clock/lane.js';

describe('letters that are due at once', () => {
  let database: TestDatabase;
  let store: TestStore;

  beforeAll(async () => {
    database = await migratedDatabase();
    store = await aStore(database.engine);
    await aScenario(database.engine, store);
  });
  afterAll(() => database.close());

  /** A letter that is due since so many seconds. */
  const due = async (seconds: number, messageClass: MessageClass): Promise<void> => {
    const name = `${messageClass}-${seconds}@example.com`;
    const contactId = await aContact(database.engine, store.liveId, name);
    const { messageId } = await aPlannedLetter(database.engine, store, contactId, { messageClass });
    await database.engine.query(
      'UPDATE messages SET due_at = clock_timestamp() - make_interval(secs => $2) WHERE id = $1',
      [messageId, seconds],
    );
  };

  it('go out in the order of their instants, service mail before all others, however they lie in the table', async () => {
    for (const seconds of [20, 50, 10, 40, 30]) await due(seconds, 'marketing');
    for (const seconds of [5, 15]) await due(seconds, 'service');
    const transport = new ScriptedTransport(1);
    await aWorker(database.engine, { transport }).batch.run(REAL_LANE);
    expect(transport.sent.map(({ to }) => to.split('@')[0])).toEqual([
      'service-15',
      'service-5',
      ...[50, 40, 30, 20, 10].map((seconds) => `marketing-${seconds}`),
    ]);
  });
});
