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
import { until } from '../../test/support/service.js';
import { completeRuns } from '../enrollments/complete-runs.js';
import { EventLoader } from '../enrollments/event-loader.js';
import { Inbox } from '../enrollments/inbox.js';
import { InboxMark } from '../enrollments/marks.js';
import { ProcessEvents } from '../enrollments/process-events.js';
import { RecordingConversions } from '../enrollments/recording-ports.builder.js';
import { RunDue } from '../enrollments/run-due.js';
import { StoredScenarioRuns } from '../enrollments/scenario-runs.js';
import { REAL_LANE } from '../platform/clock/lane.js';
import { DeliveryTimes } from './delivery-times.js';
import type { Mail, SendResult } from './transports/transport.js';

interface Person {
  readonly contactId: string;
  readonly messageId: string;
  readonly enrollmentId: string;
}

const HELD: readonly (readonly [string, string, (person: Person) => string])[] = [
  ['run', 'enrollments', ({ enrollmentId }) => enrollmentId],
  ['letter', 'messages', ({ messageId }) => messageId],
];

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
  const state = (to: 'published' | 'archived') =>
    database.engine.query('UPDATE publications SET state = $2 WHERE environment_id = $1', [store.liveId, to]);
  function scenarioRuns(): StoredScenarioRuns {
    const { mover, ledger, engine } = worker();
    const waker = { wake: () => undefined };
    return new StoredScenarioRuns(database.engine, mover, ledger, engine.dueMark, waker);
  }
  const ends = async (people: readonly Person[]) =>
    Promise.all(
      people.map(async ({ enrollmentId }) => {
        const [row] = await database.engine.query('SELECT end_reason FROM enrollments WHERE id = $1', [enrollmentId]);
        return row!['end_reason'] as string | null;
      }),
    );
  const states = (people: readonly Person[]) =>
    Promise.all(people.map(async ({ messageId }) => (await messageRow(database.engine, messageId))['state']));

  it.each(HELD)(
    'of a %s holds up the events of its person, until it is let go, and nobody else’s',
    async (_, table, rowOf) => {
      const people = [await waiting(), await waiting(), await waiting()];
      const past = await aPlannedLetter(database.engine, store, people[0]!.contactId, { subject: 'past' });
      await database.engine.query(
        `UPDATE enrollments SET state = 'ended', end_reason = 'completed', ended_at = clock_timestamp() WHERE id = $1`,
        [past.enrollmentId],
      );
      await aPlannedLetter(database.engine, store, people[1]!.contactId, { subject: 'another of them' });
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
    },
  );

  describe.each(HELD)('of a %s', (_, table, rowOf) => {
    it('stops no other run from being ended with its scenario', async () => {
      const people = [await waiting(), await waiting()];
      await state('archived');
      await whileHeld(table, rowOf(people[0]!), () => scenarioRuns().mend());
      expect(await ends(people)).toEqual([null, 'scenario_archived']);
      await scenarioRuns().mend();
      await state('published');
      expect(await ends(people)).toEqual(Array(2).fill('scenario_archived'));
    });

    it('stops no other run, nor its letter, from going on with its scenario', async () => {
      const people = [await waiting(), await waiting()];
      const of = people.map(({ contactId }) => contactId);
      for (const one of ['enrollments', 'messages'])
        await database.engine.query(`UPDATE ${one} SET held = true WHERE contact_id = ANY ($1)`, [of]);
      const left = async (one: string) => {
        const rows = await database.engine.query(`SELECT FROM ${one} WHERE held AND contact_id = ANY ($1)`, [of]);
        return rows.length;
      };
      await whileHeld(table, rowOf(people[0]!), () => scenarioRuns().mend());
      expect((await left('enrollments')) + (await left('messages'))).toBe(1);
      await scenarioRuns().mend();
      await worker().sweeper.sweep();
      expect((await left('enrollments')) + (await left('messages'))).toBe(0);
    });
  });

  it('of a run stops no other run from being completed, and it is told which was', async () => {
    const people = [await waiting(), await waiting()];
    const standing = people.map(({ contactId, enrollmentId }) => ({
      environmentId: store.liveId,
      contactId,
      enrollmentId,
    }));
    const { engine } = database;
    await engine.query(`UPDATE enrollments SET position = 'end' WHERE contact_id = ANY ($1)`, [
      people.map(({ contactId }) => contactId),
    ]);
    await takeBackLetters(engine);
    const complete = () => completeRuns(engine, worker().mover, REAL_LANE, standing, 50);
    await whileHeld('enrollments', people[0]!.enrollmentId, async () => {
      expect(await complete()).toEqual([standing[0]]);
      expect(await ends(people)).toEqual([null, 'completed']);
    });
    expect(await complete()).toEqual([]);
    expect(await ends(people)).toEqual(['completed', 'completed']);
  });

  describe('of a letter', () => {
    it('stops no other due run of an archived scenario from being ended', async () => {
      const people = [await waiting(), await waiting()];
      const { engine } = database;
      await engine.query(
        `UPDATE enrollments SET state = 'waiting', position = '2', touches = 1, due_at = clock_timestamp() WHERE contact_id = ANY ($1)`,
        [people.map(({ contactId }) => contactId)],
      );
      await state('archived');
      const { ledger, engine: own } = worker();
      const due = new RunDue(engine, own.registry, own.reader, own.facts, ledger, own.writer, own.dueMark);
      await whileHeld('messages', people[0]!.messageId, async () => {
        expect(await due.batch(REAL_LANE)).toBe(2);
        expect(await due.batch(REAL_LANE)).toBe(0);
      });
      expect(await ends(people)).toEqual([null, 'scenario_archived']);
      await scenarioRuns().mend();
      await state('published');
      expect(await ends(people)).toEqual(Array(2).fill('scenario_archived'));
    });

    const ids = (people: readonly Person[]) => people.map(({ messageId }) => messageId);

    it('stops no other letter from going, nor from being given back', async () => {
      const people = [await waiting(), await waiting(), await waiting()];
      const { batch, claims, composer, guard, transport } = worker();
      const { token, messages } = await claims.take(REAL_LANE, 10, []);
      const letters = await composer.compose(REAL_LANE, messages);
      await whileHeld('messages', people[0]!.messageId, async () => {
        const { cleared, held } = await guard.clear(REAL_LANE, token, transport, letters.slice(0, 2));
        expect([cleared.length, held.length]).toEqual([1, 1]);
        await claims.giveBack(token, messages, 0);
        expect(await states(people)).toEqual(['claimed', 'sending', 'planned']);
        expect(await batch.run(REAL_LANE)).toEqual({ claimed: 1, accepted: 1 });
      });
      await database.engine.query(`UPDATE messages SET lease_until = clock_timestamp() WHERE id = $1`, [
        ids(people)[0],
      ]);
      const next = worker();
      await next.sweeper.sweep();
      expect(await next.batch.run(REAL_LANE)).toEqual({ claimed: 1, accepted: 1 });
    });

    it('stops no other run from being ended by the guard', async () => {
      const people = [await waiting(), await waiting()];
      const earlier = await aPlannedLetter(database.engine, store, people[0]!.contactId, { subject: '82' });
      const { engine } = database;
      await engine.query(`UPDATE messages SET enrollment_id = $2, due_at = 'infinity', pass = 9 WHERE id = $1`, [
        earlier.messageId,
        people[0]!.enrollmentId,
      ]);
      await state('archived');
      await whileHeld('messages', earlier.messageId, () => worker().batch.run(REAL_LANE));
      await state('published');
      expect(await ends(people)).toEqual([null, 'scenario_archived']);
      expect(await states(people)).toEqual(['planned', 'cancelled']);
    });

    it('keeps no other’s outcome from being written, and its own is written when it is let go', async () => {
      const people = [await waiting(), await waiting(), await waiting()];
      const { batch, transport } = worker();
      const [held, over] = [signal(), signal()];
      let holding: Promise<void> | undefined;
      const answer = async ({ messageId }: Mail): Promise<SendResult> => {
        if (messageId === people[0]!.messageId)
          holding = whileHeld('messages', messageId, () => {
            held.give();
            return over.given;
          });
        await held.given;
        return { kind: 'accepted', status: 250, providerMessageId: messageId };
      };
      transport.script = people.map(() => answer);
      expect(await batch.run(REAL_LANE)).toEqual({ claimed: 3, accepted: 2 });
      expect(await states(people)).toEqual(['sending', 'accepted', 'accepted']);
      over.give();
      await holding;
      await until(
        async () => (await states(people))[0] === 'accepted',
        () => 'its outcome is lost',
      );
    });

    it('keeps a sweep from releasing no other letter', async () => {
      const people = [await waiting(), await waiting()];
      await database.engine.query('UPDATE messages SET held = true WHERE id = ANY ($1)', [ids(people)]);
      await whileHeld('messages', people[0]!.messageId, async () => {
        await worker().sweeper.sweep();
      });
      const rows = await Promise.all(ids(people).map((id) => messageRow(database.engine, id)));
      expect(rows.map(({ held }) => held as boolean)).toEqual([true, false]);
    });

    it('keeps a store’s other letters neither from waiting for their turn nor from another rate', async () => {
      const people = [await waiting(), await waiting(), await waiting()];
      const { claims, budgets, sweeper } = worker();
      const rate = (sendRate: string) =>
        database.engine.query('UPDATE stores SET settings = $2 WHERE id = $1', [store.storeId, { sendRate }]);
      const reasons = () =>
        Promise.all(ids(people).map(async (id) => (await messageRow(database.engine, id))['reason']));
      await rate('1/d');
      const claim = await claims.take(REAL_LANE, 10, []);
      const [, waits, held] = claim.messages;
      await whileHeld('messages', held!.id, async () => {
        await budgets.admit(REAL_LANE, claim);
        expect(await reasons()).toEqual(ids(people).map((id) => (id === waits!.id ? 'provider_rate' : null)));
      });
      await database.engine.query(
        `UPDATE messages SET state = 'planned', reason = 'provider_rate', due_at = clock_timestamp() + interval '1 day' WHERE id = ANY ($1)`,
        [ids(people)],
      );
      await rate('1000/s');
      await whileHeld('messages', held!.id, () => sweeper.sweep());
      const soon = await database.engine.query<{ id: string }>(
        `SELECT id FROM messages WHERE id = ANY ($1) AND due_at < clock_timestamp() + interval '1 minute'`,
        [ids(people)],
      );
      expect(soon).toHaveLength(2);
      await database.engine.query(`UPDATE stores SET settings = '{}' WHERE id = $1`, [store.storeId]);
    });
  });
});

/** Something that is waited for until it is given. */
function signal(): { readonly given: Promise<void>; give(): void } {
  let give = (): void => undefined;
  const given = new Promise<void>((resolve) => (give = resolve));
  return { given, give: () => give() };
}
