import { Logger } from '@nestjs/common';
import { aStore, migratedDatabase, type TestDatabase, type TestStore } from '../../test/support/database.js';
import { aWorker } from '../../test/support/delivery-rig.js';
import { aContact } from '../../test/support/letters.js';
import {
  anUnprocessedEvent,
  aPlannedLetter,
  aScenario,
  messageRow,
  takeBackLetters,
} from '../../test/support/planned-letters.js';
import { EventLoader } from '../enrollments/event-loader.js';
import { Inbox } from '../enrollments/inbox.js';
import { InboxMark } from '../enrollments/marks.js';
import { ProcessEvents } from '../enrollments/process-events.js';
import { RecordingConversions } from '../enrollments/recording-ports.builder.js';
import { REAL_LANE } from '../platform/clock/lane.js';
import { DeliveryTimes } from './delivery-times.js';

interface Person {
  readonly contactId: string;
  readonly messageId: string;
  readonly enrollmentId: string;
}

describe('a session that keeps a row', () => {
  let database: TestDatabase;
  let store: TestStore;

  beforeAll(async () => {
    Logger.overrideLogger(false);
    database = await migratedDatabase();
    store = await aStore(database.engine);
    await aScenario(database.engine, store);
  });
  afterEach(() => takeBackLetters(database.engine));
  afterAll(() => database.close());

  /** Somebody whose reminder is due. */
  async function waiting(): Promise<Person> {
    const contactId = await aContact(database.engine, store.liveId);
    return { contactId, ...(await aPlannedLetter(database.engine, store, contactId)) };
  }
  const worker = () => aWorker(database.engine, { times: new DeliveryTimes({ heldMs: 50 }) });
  function events(): ProcessEvents {
    const { ledger, engine } = worker();
    const { clock, registry, reader, facts, writer } = engine;
    const inbox = new Inbox(new InboxMark(clock));
    const loader = new EventLoader(registry, reader, facts);
    return new ProcessEvents(database.engine, inbox, loader, writer, new RecordingConversions(), ledger);
  }
  const whileHeld = (table: string, id: string, work: () => Promise<unknown>): Promise<void> =>
    database.engine.transaction(async (tx) => {
      await tx.query(`SELECT FROM ${table} WHERE id = $1 FOR UPDATE`, [id]);
      await work();
    });
  const ends = async (people: readonly Person[]) =>
    Promise.all(
      people.map(async ({ enrollmentId }) => {
        const [row] = await database.engine.query('SELECT end_reason FROM enrollments WHERE id = $1', [enrollmentId]);
        return row!['end_reason'] as string | null;
      }),
    );
  const states = (people: readonly Person[]) =>
    Promise.all(people.map(async ({ messageId }) => (await messageRow(database.engine, messageId))['state']));

  it.each([
    ['run', 'enrollments', ({ enrollmentId }: Person) => enrollmentId],
    ['letter', 'messages', ({ messageId }: Person) => messageId],
  ])('of a %s holds up the events of its person, until it is let go, and nobody else’s', async (_, table, rowOf) => {
    const people = [await waiting(), await waiting(), await waiting()];
    for (const { contactId } of people)
      await anUnprocessedEvent(database.engine, store.liveId, contactId, 'order.placed');
    await whileHeld(table, rowOf(people[1]!), async () => {
      const mine = events();
      expect(await mine.batch(REAL_LANE)).toBe(2);
      expect(await ends(people)).toEqual(['exited:purchased', null, 'exited:purchased']);
      expect(await mine.batch(REAL_LANE)).toBe(0);
    });
    expect(await events().batch(REAL_LANE)).toBe(1);
    expect(await ends(people)).toEqual(Array(3).fill('exited:purchased'));
    expect(await states(people)).toEqual(Array(3).fill('cancelled'));
  });
});
