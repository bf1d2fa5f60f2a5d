import { aStore, migratedDatabase, type TestDatabase, type TestStore } from '../../test/support/database.js';
import { aWorker, ScriptedTransport } from '../../test/support/delivery-rig.js';
import {
  anUnprocessedEvent,
  aPlannedLetter,
  aScenario,
  messageRow,
  tryAgainNow,
  TWO_LETTERS,
} from '../../test/support/planned-letters.js';
import { aContact } from '../../test/support/letters.js';
import { REAL_LANE } from '../platform/clock/lane.js';
import { newId } from '../platform/ids.js';
import { MOST_FAILURES } from './backoff.js';
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
    resend = new Resend(database.engine, { wake: (stage) => void woken.push(stage) });
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
      `UPDATE messages SET state = $2, reason = 'x', detail = 'x', attempts = 1, sent_at = clock_timestamp(), sent_on = '2026-11-21' WHERE id = $1`,
      [messageId, state],
    );
    return messageId;
  };
  const message = (id: string) => messageRow(database.engine, id);

  it.each([
    ['rejected', false],
    ['failed', false],
    ['unresolved', true],
  ])(
    'is planned anew when it was %s and goes out; that it may be a duplicate is said of it: %s',
    async (state, marked) => {
      const id = await letter(state);
      await resend.resend(scope(), id);
      expect(woken.at(-1)).toBe('delivery');
      expect(await message(id)).toMatchObject({ state: 'planned', reason: null, detail: null, dup_risk: marked });
      const worker = aWorker(database.engine);
      await worker.batch.run(REAL_LANE);
      expect(await message(id)).toMatchObject({ state: 'accepted', attempts: 2, dup_risk: marked });
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

  it('is refused when it is the test of a template, which nobody entered a scenario for', async () => {
    const id = await letter('failed');
    await database.engine.query(
      'UPDATE messages SET enrollment_id = NULL, contact_id = NULL, scenario_key = NULL, version = NULL, step_id = NULL WHERE id = $1',
      [id],
    );
    await expect(resend.resend(scope(), id)).rejects.toMatchObject({ status: 409, code: 'not_resendable' });
    expect(await message(id)).toMatchObject({ state: 'failed' });
  });

  it('is not too late, however long ago it was first meant to go before it was put off', async () => {
    const id = await letter('failed');
    await database.engine.query(`UPDATE messages SET meant_at = due_at - interval '60 days' WHERE id = $1`, [id]);
    await resend.resend(scope(), id);
    await aWorker(database.engine).batch.run(REAL_LANE);
    expect(await message(id)).toMatchObject({ state: 'accepted' });
  });

  it('does not go when its run began anew since: the letter of the new beginning is to come', async () => {
    const ids = await aPlannedLetter(database.engine, store, await contact(), { template: 'abandoned-cart/broken' });
    const worker = aWorker(database.engine);
    await worker.batch.run(REAL_LANE);
    expect(await message(ids.messageId)).toMatchObject({ state: 'failed', reason: 'template_error' });
    await database.engine.query(
      `UPDATE enrollments SET pass = 2, position = '0', due_at = clock_timestamp() + interval '45 minutes' WHERE id = $1`,
      [ids.enrollmentId],
    );
    await database.engine.query(`UPDATE messages SET template_key = 'abandoned-cart/reminder' WHERE id = $1`, [
      ids.messageId,
    ]);
    await resend.resend(scope(), ids.messageId);
    await worker.batch.run(REAL_LANE);
    expect(worker.transport.sent).toEqual([]);
    expect(await message(ids.messageId)).toMatchObject({ state: 'cancelled', reason: 'restarted' });
  });

  it('is kept as it went out last, with the links of its readers', async () => {
    const id = await letter('failed');
    await database.engine.query(
      `INSERT INTO message_bodies (environment_id, message_id, html, text, headers, links) VALUES ($1, $2, 'old', 'old', $3, $4)`,
      [store.liveId, id, { Subject: 'Old' }, JSON.stringify([{ index: 0, url: 'https://shop.example/old' }])],
    );
    await resend.resend(scope(), id);
    await aWorker(database.engine).batch.run(REAL_LANE);
    const { subject } = await message(id);
    const bodies = await database.engine.query(
      `SELECT headers->>'Subject' AS subject, 'old' IN (html, text) AS old, links FROM message_bodies WHERE message_id = $1`,
      [id],
    );
    expect(bodies).toEqual([{ subject, old: false, links: [] }]);
  });

  it('is tried again like any other, though it had been called back while it was on its way', async () => {
    const id = await letter('unresolved');
    await database.engine.query('UPDATE messages SET cancel_requested = true WHERE id = $1', [id]);
    await resend.resend(scope(), id);
    const transport = new ScriptedTransport();
    transport.refuse({ kind: 'retry', status: 451, detail: 'busy', retryAfterMs: null, counts: true });
    await aWorker(database.engine, { transport }).batch.run(REAL_LANE);
    expect(await message(id)).toMatchObject({ state: 'retry' });
  });

  it.each(['rejected', 'failed'])('stays marked when it was %s after a try that may have arrived', async (state) => {
    const id = await letter(state);
    await database.engine.query('UPDATE messages SET dup_risk = true WHERE id = $1', [id]);
    await resend.resend(scope(), id);
    expect(await message(id)).toMatchObject({ state: 'planned', dup_risk: true });
  });

  it('has all its tries again, and fails after them: it was certainly never taken', async () => {
    const transport = new ScriptedTransport();
    transport.refuse({ kind: 'retry', status: 451, detail: 'busy', retryAfterMs: null, counts: true });
    const worker = aWorker(database.engine, { transport });
    const { messageId } = await aPlannedLetter(database.engine, store, await contact());
    for (let round = 1; round <= 2; round++) {
      for (let tries = 1; tries <= MOST_FAILURES; tries++) {
        await worker.batch.run(REAL_LANE);
        expect(await message(messageId)).toMatchObject({ state: tries < MOST_FAILURES ? 'retry' : 'failed' });
        await tryAgainNow(database.engine, messageId);
      }
      expect(transport.sent).toHaveLength(round * MOST_FAILURES);
      if (round === 1) await resend.resend(scope(), messageId);
    }
    expect(await message(messageId)).toMatchObject({ reason: 'attempts_exhausted', dup_risk: false });
  });

  it.each(['rejected', 'failed'])(
    'ends skipped, as nothing was ever sent, when its person unsubscribed after it was %s',
    async (state) => {
      const contactId = await contact();
      const id = await letter(state, contactId);
      await database.engine.query('UPDATE contacts SET marketing_consent = false WHERE id = $1', [contactId]);
      await resend.resend(scope(), id);
      await aWorker(database.engine).batch.run(REAL_LANE);
      expect(await message(id)).toMatchObject({ state: 'skipped', reason: 'no_consent' });
    },
  );

  it('has the figures of its first day made anew: what it brought is counted on the day on which it goes out', async () => {
    const id = await letter('unresolved');
    await database.engine.query('DELETE FROM stats_dirty');
    await resend.resend(scope(), id);
    const days = await database.engine.query('SELECT step_id, day::text FROM stats_dirty');
    expect(days).toEqual([{ step_id: 'reminder', day: '2026-11-21' }]);
  });

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

  /** A run in front of its follow-up whose reminder could not be made, with both letters due. */
  const stoodAt = async (position: string) => {
    const { messageId, enrollmentId } = await aPlannedLetter(database.engine, store, await contact(), {
      step: 'follow-up',
      position,
    });
    const reminder = newId();
    await database.engine.query(
      `INSERT INTO messages SELECT (jsonb_populate_record(m, jsonb_build_object('id', $2::uuid, 'step_id', 'reminder', 'state', 'failed',
         'reason', 'template_error'))).* FROM messages AS m WHERE id = $1`,
      [messageId, reminder],
    );
    await resend.resend(scope(), reminder);
    return { reminder, followUp: messageId, enrollmentId };
  };
  const run = async (id: string) =>
    (
      await database.engine.query('SELECT state, position, end_reason, touches FROM enrollments WHERE id = $1', [id])
    )[0];

  it('keeps its run from nothing: the letter that the run stands at goes in the same batch, and the run goes on', async () => {
    const { reminder, followUp, enrollmentId } = await stoodAt('3');
    await aWorker(database.engine).batch.run(REAL_LANE);
    for (const id of [reminder, followUp]) expect(await message(id)).toMatchObject({ state: 'accepted' });
    expect(await run(enrollmentId)).toMatchObject({ state: 'ended', end_reason: 'completed', touches: 2 });
  });

  it('completes its run, which waited for nothing else, though it could not be made before', async () => {
    const { followUp, enrollmentId } = await stoodAt('end');
    await database.engine.query(`UPDATE messages SET state = 'skipped', reason = 'late' WHERE id = $1`, [followUp]);
    const transport = new ScriptedTransport(10, true);
    await aWorker(database.engine, { transport }).batch.run(REAL_LANE);
    expect(await run(enrollmentId)).toMatchObject({ state: 'ended', end_reason: 'completed' });
  });

  it('is on its way: its run is not over, though no other letter of it went out', async () => {
    const { reminder, followUp, enrollmentId } = await stoodAt('3');
    await database.engine.query(`UPDATE messages SET due_at = due_at - interval '2 days' WHERE id = $1`, [followUp]);
    const transport = new ScriptedTransport();
    transport.refuse({ kind: 'retry', status: 451, detail: 'busy', retryAfterMs: null, counts: true });
    await aWorker(database.engine, { transport }).batch.run(REAL_LANE);
    expect(await message(followUp)).toMatchObject({ state: 'skipped', reason: 'late' });
    expect(await message(reminder)).toMatchObject({ state: 'retry' });
    expect(await run(enrollmentId)).toMatchObject({ state: 'sending', position: 'end', touches: 1 });
  });

  it.each([
    ['an order of the person', (id: string) => Promise.resolve(id), 'order.placed', {}, 'exited:purchased'],
    ['a payment of the same cart by somebody else', contact, 'order.paid', { cartId: '81' }, 'exited:paid'],
  ])('reminds of no cart that was bought when its run was over: %s', async (_, whose, type, data, reason) => {
    const contactId = await contact();
    const exits = [...TWO_LETTERS.exits, { event: 'order.paid', subject: 'event.cartId', reason: 'paid' }];
    const key = `bought-${type.replace('.', '-')}`;
    await aScenario(database.engine, store, { ...TWO_LETTERS, key, exits });
    const { messageId, enrollmentId } = await aPlannedLetter(database.engine, store, contactId, { scenario: key });
    await database.engine.query(`UPDATE messages SET state = 'failed', reason = 'template_error' WHERE id = $1`, [
      messageId,
    ]);
    await database.engine.query(
      `UPDATE enrollments SET state = 'ended', position = 'end', end_reason = 'completed', ended_at = clock_timestamp() WHERE id = $1`,
      [enrollmentId],
    );
    await anUnprocessedEvent(database.engine, store.liveId, await whose(contactId), type, data);
    await database.engine.query('UPDATE storefront_events SET processed_at = clock_timestamp(), ends_others = true');
    await resend.resend(scope(), messageId);
    const worker = aWorker(database.engine);
    await worker.batch.run(REAL_LANE);
    expect(await message(messageId)).toMatchObject({ state: 'cancelled', reason });
    expect(worker.transport.sent).toEqual([]);
    expect(await run(enrollmentId)).toMatchObject({ state: 'ended', end_reason: 'completed' });
  });

  it('goes out though events like the one that began its run end such runs: that one ended nothing', async () => {
    const exits = [{ event: 'cart.updated', reason: 'came_back' }];
    await aScenario(database.engine, store, { ...TWO_LETTERS, key: 'until-back', exits });
    const contactId = await contact();
    const { messageId, enrollmentId } = await aPlannedLetter(database.engine, store, contactId, {
      scenario: 'until-back',
    });
    await database.engine.query(`UPDATE messages SET state = 'failed', reason = 'template_error' WHERE id = $1`, [
      messageId,
    ]);
    await anUnprocessedEvent(database.engine, store.liveId, contactId, 'cart.updated', { cartId: '81' });
    await database.engine.query(
      `UPDATE storefront_events SET processed_at = clock_timestamp(), occurred_at = r.entered_at, key = r.event ->> 'id'
       FROM enrollments AS r WHERE r.id = $2 AND storefront_events.contact_id = $1`,
      [contactId, enrollmentId],
    );
    await database.engine.query(
      `UPDATE enrollments SET state = 'ended', position = 'end', end_reason = 'completed', ended_at = clock_timestamp() WHERE id = $1`,
      [enrollmentId],
    );
    await resend.resend(scope(), messageId);
    await aWorker(database.engine).batch.run(REAL_LANE);
    expect(await message(messageId)).toMatchObject({ state: 'accepted', reason: null });
  });

  it('is not found in another environment', async () => {
    const id = await letter('rejected');
    const elsewhere = { storeId: store.storeId, environmentId: store.sandboxId };
    await expect(resend.resend(elsewhere, id)).rejects.toMatchObject({ status: 404 });
    expect(await message(id)).toMatchObject({ state: 'rejected' });
  });
});
