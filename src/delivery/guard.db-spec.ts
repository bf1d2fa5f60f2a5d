import { aStore, migratedDatabase, type TestDatabase, type TestStore } from '../../test/support/database.js';
import { aWorker } from '../../test/support/delivery-rig.js';
import { aContact } from '../../test/support/letters.js';
import {
  anUnprocessedEvent,
  aPlannedLetter,
  aScenario,
  type LetterOptions,
  mergePeople,
  messageRow,
  takeBackLetters,
  TWO_LETTERS,
} from '../../test/support/planned-letters.js';
import { REAL_LANE } from '../platform/clock/lane.js';
import { DeliveryTimes } from './delivery-times.js';

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

  describe('of a letter that is made already', () => {
    /** A letter that this worker has claimed and made, and the guard's answer for it. */
    async function made(options: LetterOptions = {}, worker = aWorker(database.engine)) {
      const contactId = await person();
      const ids = await aPlannedLetter(database.engine, store, contactId, options);
      const claim = await worker.claims.take(REAL_LANE, 10, []);
      const letters = await worker.composer.compose(REAL_LANE, claim.messages);
      return { ...ids, contactId, clear: () => worker.guard.clear(REAL_LANE, claim.token, worker.transport, letters) };
    }
    afterEach(async () => {
      await database.engine.query('DELETE FROM storefront_events');
      await takeBackLetters(database.engine);
    });

    it.each([
      ['another worker holds by now', `claim_token = gen_random_uuid()`],
      ['this worker held for too long', `lease_until = clock_timestamp()`],
      ['this worker has on its way already', `state = 'sending', sent_at = clock_timestamp()`],
    ])('clears none that %s', async (_, change) => {
      const { messageId, clear } = await made();
      await database.engine.query(`UPDATE messages SET ${change} WHERE id = $1`, [messageId]);
      const before = await message(messageId);
      expect(await clear()).toMatchObject({ cleared: [], others: 0 });
      expect(await message(messageId)).toEqual(before);
    });

    it.each([
      ['another event', `'{id}', '"cart-2"'`],
      ['a newer state of the same event', `'{at}', '"2026-11-20T10:00:00.000Z"'`],
    ])('has it made once more where its run has %s by now', async (_, change) => {
      const { messageId, enrollmentId, clear } = await made();
      await database.engine.query(`UPDATE enrollments SET event = jsonb_set(event, ${change}) WHERE id = $1`, [
        enrollmentId,
      ]);
      expect(await clear()).toMatchObject({ cleared: [], others: 1 });
      expect(await message(messageId)).toMatchObject({ state: 'planned', attempts: 0 });
    });

    it.each(['contacts', 'enrollments', 'messages'])('waits for whoever holds its row of %s', async (table) => {
      const hurried = aWorker(database.engine, { times: new DeliveryTimes({ heldMs: 20 }) });
      const { clear, ...ids } = await made({}, hurried);
      const id = { contacts: ids.contactId, enrollments: ids.enrollmentId, messages: ids.messageId }[table];
      await database.engine.transaction(async (tx) => {
        await tx.query(`SELECT 1 FROM ${table} WHERE id = $1 FOR NO KEY UPDATE`, [id]);
        expect((await clear()).held).toHaveLength(1);
      });
      expect((await clear()).cleared).toHaveLength(1);
    });

    it.each([
      ['run', `UPDATE enrollments SET event = jsonb_set(event, '{id}', '"cart-2"') WHERE contact_id = $1`, 'planned'],
      ['row', `UPDATE messages SET state = 'cancelled', reason = 'moved' WHERE contact_id = $1`, 'cancelled'],
    ])('is judged by how whoever holds its %s leaves it', async (_, change, state) => {
      const { contactId, messageId, clear } = await made();
      let cleared: ReturnType<typeof clear> | undefined;
      await database.engine.transaction(async (tx) => {
        await tx.query(change, [contactId]);
        cleared = clear();
        while ((await database.engine.query(WAITING)).length === 0);
      });
      expect((await cleared!).cleared).toEqual([]);
      expect(await message(messageId)).toMatchObject({ state });
    });

    it('is stopped by the order of a person who turned out to be the same one meanwhile', async () => {
      const buyer = await person();
      const worker = aWorker(database.engine);
      const { contactId, messageId, clear } = await made({}, worker);
      await mergePeople(database.engine, store.liveId, { from: contactId, into: buyer });
      await anUnprocessedEvent(database.engine, store.liveId, buyer, 'order.placed');
      expect(await clear()).toMatchObject({ cleared: [], others: 1 });
      await worker.batch.run(REAL_LANE);
      expect(worker.transport.sent).toEqual([]);
      expect(await message(messageId)).toMatchObject({ state: 'cancelled', reason: 'exited:purchased' });
    });

    it('is stopped by no order of somebody else, and by none that was applied before', async () => {
      const { contactId, clear } = await made();
      await anUnprocessedEvent(database.engine, store.liveId, contactId, 'order.placed');
      await database.engine.query('UPDATE storefront_events SET processed_at = clock_timestamp()');
      await anUnprocessedEvent(database.engine, store.liveId, await person(), 'order.placed');
      expect((await clear()).cleared).toHaveLength(1);
    });

    it('minds no template of the scenario’s name, nor the scenario of another environment', async () => {
      const { clear } = await made();
      await database.engine.query(
        `INSERT INTO publications (environment_id, kind, key, version, state)
         VALUES ($1, 'template', 'abandoned-cart', 1, 'archived'), ($2, 'scenario', 'abandoned-cart', 1, 'archived')`,
        [store.liveId, store.sandboxId],
      );
      expect((await clear()).cleared).toHaveLength(1);
    });

    describe('and whose cart anybody may buy', () => {
      const SHARED = {
        ...TWO_LETTERS,
        key: 'shared',
        exits: [{ event: 'order.placed', subject: 'event.cartId', reason: 'purchased' }],
      };
      beforeAll(() => aScenario(database.engine, store, SHARED));

      const buys = async (environmentId: string, type: string, cartId: string): Promise<void> =>
        anUnprocessedEvent(database.engine, environmentId, await aContact(database.engine, environmentId), type, {
          cartId,
        });

      it('is stopped by somebody else’s order of it that no stage has seen yet', async () => {
        const { messageId, clear } = await made({ scenario: 'shared' });
        await buys(store.liveId, 'order.placed', '81');
        expect((await clear()).cleared).toEqual([]);
        expect(await message(messageId)).toMatchObject({ state: 'cancelled', reason: 'exited:purchased' });
      });

      it('is not stopped by an order of another cart or in another environment, nor by one applied before', async () => {
        const { clear } = await made({ scenario: 'shared' });
        await buys(store.liveId, 'order.placed', '81');
        await database.engine.query('UPDATE storefront_events SET processed_at = clock_timestamp()');
        await buys(store.liveId, 'order.placed', '82');
        await buys(store.liveId, 'cart.updated', '81');
        await buys(store.sandboxId, 'order.placed', '81');
        expect((await clear()).cleared).toHaveLength(1);
      });

      it('is not stopped by an order of another store, whose letters are claimed with it', async () => {
        const other = await aStore(database.engine);
        await aScenario(database.engine, other, SHARED);
        const contactId = await aContact(database.engine, other.liveId);
        const theirs = await aPlannedLetter(database.engine, other, contactId, { scenario: 'shared' });
        const { messageId, clear } = await made({ scenario: 'shared' });
        await buys(other.liveId, 'order.placed', '81');
        await clear();
        expect(await message(messageId)).toMatchObject({ state: 'sending' });
        expect(await message(theirs.messageId)).toMatchObject({ state: 'cancelled', reason: 'exited:purchased' });
      });

      it('ends by the earliest of the events that wait, in whatever order they came in', async () => {
        const gone = { event: 'cart.gone', subject: 'event.cartId', reason: 'gone' };
        await aScenario(database.engine, store, { ...SHARED, key: 'both', exits: [...SHARED.exits, gone] });
        const ends = async (tell: (type: string, contactId: string) => Promise<void>): Promise<unknown> => {
          const { messageId, contactId, clear } = await made({ scenario: 'both' });
          await tell('order.placed', contactId);
          await tell('cart.gone', contactId);
          await database.engine.query(
            `UPDATE storefront_events SET occurred_at = occurred_at - interval '1 minute' WHERE type = 'cart.gone'`,
          );
          await clear();
          return (await message(messageId))['reason'];
        };
        const own = (type: string, contactId: string) =>
          anUnprocessedEvent(database.engine, store.liveId, contactId, type, { cartId: '81' });
        expect(await ends(own)).toBe('exited:gone');
        await database.engine.query('DELETE FROM storefront_events');
        expect(await ends((type) => buys(store.liveId, type, '81'))).toBe('exited:gone');
      });
    });
  });
});

/** Sessions that wait for a row of somebody else. */
const WAITING = `SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND cardinality(pg_blocking_pids(pid)) > 0`;
