import { aStore, migratedDatabase, type TestDatabase, type TestStore } from '../../test/support/database.js';
import { aWorker, ScriptedTransport } from '../../test/support/delivery-rig.js';
import {
  anUnprocessedEvent,
  aPlannedLetter,
  aScenario,
  takeBackLetters,
  tryAgainNow,
} from '../../test/support/planned-letters.js';
import { aContact } from '../../test/support/letters.js';
import { lockContacts } from '../contacts/contact-facts.js';
import { REAL_LANE } from '../platform/clock/lane.js';
import { newId } from '../platform/ids.js';
import { writeWaiting } from './budget-rows.js';
import { DeliveryTimes } from './delivery-times.js';
import type { SendResult } from './transports/transport.js';

const NEVER: Promise<SendResult> = new Promise(() => undefined);

describe('many workers and storefronts at once', () => {
  let database: TestDatabase;
  let store: TestStore;

  beforeAll(async () => {
    database = await migratedDatabase();
    store = await aStore(database.engine);
    await aScenario(database.engine, store);
  });
  afterEach(async () => {
    await database.engine.query('DELETE FROM storefront_events');
    await takeBackLetters(database.engine);
  });
  afterAll(() => database.close());

  const planned = async (): ReturnType<typeof aPlannedLetter> =>
    aPlannedLetter(database.engine, store, await aContact(database.engine, store.liveId));

  it('has at most as many letters in sending as the transport has places', async () => {
    for (let i = 0; i < 8; i++) await planned();
    const transport = new ScriptedTransport(3);
    transport.script = Array.from({ length: 8 }, () => () => NEVER);
    void aWorker(database.engine, { transport }).batch.run(REAL_LANE);
    const inState = async (state: string): Promise<number> =>
      (await database.engine.query('SELECT 1 FROM messages WHERE state = $1', [state])).length;
    while ((await inState('sending')) < 3) await new Promise((resolve) => setImmediate(resolve));
    expect(transport.sent.length).toBeLessThanOrEqual(3);
    expect(await inState('claimed')).toBe(5);
  });

  it('sends every letter once with four workers at it', async () => {
    const letters = [];
    for (let i = 0; i < 120; i++) letters.push(await planned());
    const transport = new ScriptedTransport(7);
    const workers = Array.from({ length: 4 }, () => aWorker(database.engine, { transport }));
    await Promise.all(
      workers.map(async ({ batch }) => {
        while ((await batch.run(REAL_LANE)).claimed > 0);
      }),
    );
    expect(transport.sent.map(({ messageId }) => messageId).sort()).toEqual(
      letters.map(({ messageId }) => messageId).sort(),
    );
  });

  it('put off no letter that another worker took over meanwhile, or has sent', async () => {
    for (let i = 0; i < 3; i++) await planned();
    const { token, messages } = await aWorker(database.engine).claims.take(REAL_LANE, 3, []);
    const [taken, sent, own] = messages.map(({ id }) => id);
    await database.engine.query('UPDATE messages SET claim_token = $2 WHERE id = $1', [taken, newId()]);
    await database.engine.query(
      `UPDATE messages SET state = 'sending', attempts = 1, sent_at = now(), sent_on = current_date WHERE id = $1`,
      [sent],
    );
    const until = new Date();
    const waiting = messages.map((message) => ({ message, until, reason: 'provider_rate' as const }));
    await writeWaiting(database.engine, token, waiting);
    const states = await database.engine.query<{ id: string; state: string }>(
      'SELECT id, state FROM messages WHERE id = ANY ($1)',
      [[taken, sent, own]],
    );
    expect(Object.fromEntries(states.map(({ id, state }) => [id, state]))).toEqual({
      [taken!]: 'claimed',
      [sent!]: 'sending',
      [own!]: 'planned',
    });
  });

  it('never starts a reminder after the order has its 202, over 50 races', async () => {
    const worker = aWorker(database.engine, { transport: new ScriptedTransport(5) });
    const races: { readonly contactId: string; readonly messageId: string }[] = [];
    for (let i = 0; i < 50; i++) {
      const contactId = await aContact(database.engine, store.liveId);
      races.push({ contactId, ...(await aPlannedLetter(database.engine, store, contactId)) });
    }
    const order = ({ contactId }: { readonly contactId: string }): Promise<void> =>
      database.engine.transaction(async (tx) => {
        await lockContacts(tx, [{ environmentId: store.liveId, contactId }]);
        await anUnprocessedEvent(tx, store.liveId, contactId, 'order.placed');
      });
    await Promise.all([...races.map(order), worker.batch.run(REAL_LANE)]);
    const rows = await database.engine.query<{ id: string; state: string; reason: string | null; raced: boolean }>(
      `SELECT m.id, m.state, m.reason, m.sent_at > e.received_at AS raced FROM messages m
       JOIN storefront_events e ON e.contact_id = m.contact_id WHERE m.id = ANY ($1)`,
      [races.map(({ messageId }) => messageId)],
    );
    expect(rows).toHaveLength(50);
    // Whoever locked the person first won; a letter that won went out before the order was received.
    expect(rows.filter(({ state, raced }) => state === 'accepted' && raced)).toEqual([]);
    expect(rows.filter(({ state }) => state !== 'accepted').every(({ reason }) => reason === 'exited:purchased')).toBe(
      true,
    );
  });

  it('go on with everybody else’s letters while a session keeps holding somebody’s row, and send that one’s when it is let go', async () => {
    const [held, ...others] = [await planned(), await planned(), await planned()];
    const times = new DeliveryTimes({ heldMs: 50 });
    const { batch, transport } = aWorker(database.engine, { times });
    await database.engine.transaction(async (tx) => {
      await tx.query('SELECT id FROM enrollments WHERE id = $1 FOR UPDATE', [held.enrollmentId]);
      expect(await batch.run(REAL_LANE)).toEqual({ claimed: 3, accepted: 2 });
    });
    expect(transport.sent.map(({ messageId }) => messageId).sort()).toEqual(
      others.map(({ messageId }) => messageId).sort(),
    );
    await tryAgainNow(database.engine, held.messageId);
    expect(await batch.run(REAL_LANE)).toEqual({ claimed: 1, accepted: 1 });
  });
});
