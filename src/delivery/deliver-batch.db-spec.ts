import { jest } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { aStore, migratedDatabase, type TestDatabase, type TestStore } from '../../test/support/database.js';
import { aWorker, ScriptedTransport } from '../../test/support/delivery-rig.js';
import {
  anUnprocessedEvent,
  aPlannedLetter,
  aScenario,
  messageRow,
  tryAgainNow,
} from '../../test/support/planned-letters.js';
import { aContact } from '../../test/support/letters.js';
import { REAL_LANE } from '../platform/clock/lane.js';
import { DeliveryTimes } from './delivery-times.js';
import { unpackText } from '../templates/packed-text.js';

describe('a batch of letters', () => {
  let database: TestDatabase;
  let store: TestStore;

  beforeAll(async () => {
    database = await migratedDatabase();
    store = await aStore(database.engine);
    await aScenario(database.engine, store);
  });
  afterEach(() => database.engine.query('DELETE FROM storefront_events'));
  afterAll(() => database.close());

  const person = (): Promise<string> => aContact(database.engine, store.liveId);
  const message = (id: string) => messageRow(database.engine, id);
  const run = async (id: string): Promise<Record<string, unknown>> => {
    const [row] = await database.engine.query('SELECT * FROM enrollments WHERE id = $1', [id]);
    return row!;
  };

  it('sends a due letter once, records its attempt and body, and moves its run on', async () => {
    const { messageId, enrollmentId } = await aPlannedLetter(database.engine, store, await person());
    const worker = aWorker(database.engine);
    expect(await worker.batch.run(REAL_LANE)).toEqual({ claimed: 1, accepted: 1 });
    expect(worker.transport.sent).toHaveLength(1);
    expect(await message(messageId)).toMatchObject({
      state: 'accepted',
      attempts: 1,
      template_version: 1,
      locale: 'en',
      reason: null,
    });
    const [body] = await database.engine.query('SELECT * FROM message_bodies WHERE message_id = $1', [messageId]);
    expect(unpackText(body!.html as Buffer)).toBe('<p>{"cartId":"81"}</p>');
    const attempts = await database.engine.query('SELECT * FROM send_attempts WHERE message_id = $1', [messageId]);
    expect(attempts).toMatchObject([{ attempt: 1, outcome: 'accepted', status: 250 }]);
    expect(await run(enrollmentId)).toMatchObject({ state: 'waiting', touches: 1, position: '2' });
    expect(await database.engine.query('SELECT * FROM stats_dirty')).toMatchObject([{ step_id: 'reminder' }]);
    expect(await worker.batch.run(REAL_LANE)).toEqual({ claimed: 0, accepted: 0 });
  });

  it('offers one-click unsubscribe in marketing letters and a Message-ID of message and attempt', async () => {
    const { messageId } = await aPlannedLetter(database.engine, store, await person());
    const worker = aWorker(database.engine);
    await worker.batch.run(REAL_LANE);
    expect(worker.transport.sent[0]).toMatchObject({
      from: { email: 'shop@shop.example', name: 'Shop' },
      headers: {
        'Message-ID': `<${messageId}.1@shop.example>`,
        'List-Unsubscribe': expect.stringMatching(/^<http:\/\/localhost:3000\/u\/[\w-]+>$/) as string,
        'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
      },
    });
  });

  it('completes a run when its last letter is accepted', async () => {
    const { enrollmentId } = await aPlannedLetter(database.engine, store, await person(), {
      step: 'follow-up',
      position: '3',
      touches: 1,
    });
    await aWorker(database.engine).batch.run(REAL_LANE);
    expect(await run(enrollmentId)).toMatchObject({ state: 'ended', end_reason: 'completed', touches: 2 });
  });

  it('accepts a letter for the outbox in the transaction that clears it, and completes its run', async () => {
    const { messageId, enrollmentId } = await aPlannedLetter(database.engine, store, await person(), {
      step: 'follow-up',
      position: '3',
      touches: 1,
    });
    const worker = aWorker(database.engine, { transport: new ScriptedTransport(10, true) });
    expect(await worker.batch.run(REAL_LANE)).toEqual({ claimed: 1, accepted: 1 });
    expect(worker.transport.sent).toEqual([]);
    const row = await message(messageId);
    expect(row).toMatchObject({ state: 'accepted', attempts: 1, accepted_at: row['sent_at'] });
    expect(await run(enrollmentId)).toMatchObject({ state: 'ended', end_reason: 'completed' });
  });

  it('sets a letter aside whose scenario version this release cannot read, and sends all others', async () => {
    const [unread, other] = [
      await aPlannedLetter(database.engine, store, await person()),
      await aPlannedLetter(database.engine, store, await person()),
    ];
    await database.engine.query('UPDATE messages SET version = 99 WHERE id = $1', [unread.messageId]);
    const worker = aWorker(database.engine);
    expect(await worker.batch.run(REAL_LANE)).toEqual({ claimed: 2, accepted: 1 });
    expect(await message(other.messageId)).toMatchObject({ state: 'accepted' });
    expect(await message(unread.messageId)).toMatchObject({ state: 'planned', attempts: 0 });
    expect(await worker.batch.run(REAL_LANE)).toEqual({ claimed: 0, accepted: 0 });
    await database.engine.query('UPDATE messages SET version = 1 WHERE id = $1', [unread.messageId]);
    await tryAgainNow(database.engine, unread.messageId);
    expect(await worker.batch.run(REAL_LANE)).toEqual({ claimed: 1, accepted: 1 });
  });

  it('ends a letter whose step its version does not have, and sends all others', async () => {
    const lost = await aPlannedLetter(database.engine, store, await person());
    await database.engine.query(`UPDATE messages SET step_id = 'of-another-version' WHERE id = $1`, [lost.messageId]);
    const { messageId } = await aPlannedLetter(database.engine, store, await person());
    await aWorker(database.engine).batch.run(REAL_LANE);
    expect(await message(messageId)).toMatchObject({ state: 'accepted' });
    expect(await message(lost.messageId)).toMatchObject({ state: 'cancelled', reason: 'moved' });
    expect(await run(lost.enrollmentId)).toMatchObject({ state: 'ended', end_reason: 'failed:step_missing' });
  });

  it('sends nothing after an order that no stage has processed yet', async () => {
    const contactId = await person();
    const { messageId, enrollmentId } = await aPlannedLetter(database.engine, store, contactId);
    await anUnprocessedEvent(database.engine, store.liveId, contactId, 'order.placed');
    const worker = aWorker(database.engine);
    await worker.batch.run(REAL_LANE);
    expect(worker.transport.sent).toEqual([]);
    expect(await message(messageId)).toMatchObject({ state: 'cancelled', reason: 'exited:purchased', sent_at: null });
    expect(await run(enrollmentId)).toMatchObject({ state: 'ended', end_reason: 'exited:purchased' });
  });

  it('lets an unprocessed event of the same cart come first', async () => {
    const contactId = await person();
    const { messageId } = await aPlannedLetter(database.engine, store, contactId);
    await anUnprocessedEvent(database.engine, store.liveId, contactId, 'cart.updated', { cartId: '81' });
    const worker = aWorker(database.engine);
    await worker.batch.run(REAL_LANE);
    expect(worker.transport.sent).toEqual([]);
    expect(await message(messageId)).toMatchObject({ state: 'planned', claim_token: null });
    await database.engine.query('DELETE FROM storefront_events');
    await tryAgainNow(database.engine, messageId);
    await worker.batch.run(REAL_LANE);
    expect(worker.transport.sent).toHaveLength(1);
  });

  it('is not stopped by an unprocessed event of another cart', async () => {
    const contactId = await person();
    await aPlannedLetter(database.engine, store, contactId);
    await anUnprocessedEvent(database.engine, store.liveId, contactId, 'cart.updated', { cartId: '82' });
    expect(await aWorker(database.engine).batch.run(REAL_LANE)).toMatchObject({ accepted: 1 });
  });

  it('sends nothing while all sending is held; afterwards what waited goes out, and what is too late by then does not', async () => {
    const { messageId } = await aPlannedLetter(database.engine, store, await person());
    const late = await aPlannedLetter(database.engine, store, await person());
    const held = aWorker(database.engine, { env: { SENDING_HOLD: true } });
    expect(await held.batch.run(REAL_LANE)).toEqual({ claimed: 0, accepted: 0 });
    await held.sweeper.sweep();
    expect(held.transport.sent).toEqual([]);
    expect(await message(messageId)).toMatchObject({ state: 'planned', reason: null, attempts: 0 });
    await database.engine.query(`UPDATE messages SET due_at = due_at - interval '30 days' WHERE id = $1`, [
      late.messageId,
    ]);
    const worker = aWorker(database.engine);
    expect(await worker.batch.run(REAL_LANE)).toEqual({ claimed: 2, accepted: 1 });
    expect(await message(messageId)).toMatchObject({ state: 'accepted' });
    expect(await message(late.messageId)).toMatchObject({ state: 'skipped', reason: 'late', sent_at: null });
  });

  it('fails a letter that cannot be rendered, says what was wrong with it, and moves its run on', async () => {
    const { messageId, enrollmentId } = await aPlannedLetter(database.engine, store, await person(), {
      template: 'abandoned-cart/broken',
    });
    await aWorker(database.engine).batch.run(REAL_LANE);
    expect(await message(messageId)).toMatchObject({
      state: 'failed',
      reason: 'template_error',
      detail: 'en: event.nothing is missing',
    });
    expect(await run(enrollmentId)).toMatchObject({ state: 'waiting' });
  });

  it('tells the log of links that lead nowhere, without what stood in them', async () => {
    const warn = jest.spyOn(Logger.prototype, 'warn').mockImplementation(() => undefined);
    const { messageId } = await aPlannedLetter(database.engine, store, await person(), { template: 'cart/odd-link' });
    await aWorker(database.engine).batch.run(REAL_LANE);
    expect(warn).toHaveBeenCalledWith(expect.any(String), {
      event: 'delivery.links_refused',
      messageId,
      template: 'cart/odd-link',
      links: ['link 0: not a safe http or https address'],
    });
    warn.mockRestore();
  });

  it('holds letters of a paused scenario until it is resumed', async () => {
    const { messageId } = await aPlannedLetter(database.engine, store, await person());
    await database.engine.query(`UPDATE publications SET state = 'paused' WHERE environment_id = $1`, [store.liveId]);
    const worker = aWorker(database.engine);
    await worker.batch.run(REAL_LANE);
    expect(await message(messageId)).toMatchObject({ state: 'planned', held: true });
    expect(await worker.batch.run(REAL_LANE)).toEqual({ claimed: 0, accepted: 0 });
    await database.engine.query(`UPDATE publications SET state = 'published' WHERE environment_id = $1`, [
      store.liveId,
    ]);
    await worker.ledger.release(database.engine, store.liveId, 'abandoned-cart');
    expect(await worker.batch.run(REAL_LANE)).toMatchObject({ accepted: 1 });
  });

  it('tries again after a refusal that is not final, and gives up after eight', async () => {
    const transport = new ScriptedTransport();
    const worker = aWorker(database.engine, { transport });
    const { messageId } = await aPlannedLetter(database.engine, store, await person());
    for (let attempt = 1; attempt <= 8; attempt++) {
      transport.script = [() => ({ kind: 'retry', status: 451, detail: 'busy', retryAfterMs: null, counts: true })];
      await worker.batch.run(REAL_LANE);
      expect(await message(messageId)).toMatchObject(
        attempt < 8 ? { state: 'retry', attempts: attempt } : { state: 'failed', reason: 'attempts_exhausted' },
      );
      await tryAgainNow(database.engine, messageId);
    }
  });

  it('does not count a rate limit as a try, and of its run all tries as one letter', async () => {
    const transport = new ScriptedTransport();
    const worker = aWorker(database.engine, { transport });
    const { messageId, enrollmentId } = await aPlannedLetter(database.engine, store, await person());
    for (let attempt = 1; attempt <= 9; attempt++) {
      transport.script = [
        () => ({ kind: 'retry', status: 429, detail: 'slow down', retryAfterMs: null, counts: false }),
      ];
      await worker.batch.run(REAL_LANE);
      await tryAgainNow(database.engine, messageId);
    }
    transport.script = [() => ({ kind: 'retry', status: 451, detail: 'busy', retryAfterMs: null, counts: true })];
    await worker.batch.run(REAL_LANE);
    expect(await message(messageId)).toMatchObject({ state: 'retry', attempts: 10 });
    await tryAgainNow(database.engine, messageId);
    expect(await worker.batch.run(REAL_LANE)).toMatchObject({ accepted: 1 });
    expect(await message(messageId)).toMatchObject({ state: 'accepted', attempts: 11 });
    expect(await run(enrollmentId)).toMatchObject({ state: 'waiting', touches: 1 });
  });

  it('keeps a refusal of the provider with its code', async () => {
    const transport = new ScriptedTransport();
    transport.script = [
      () => ({ kind: 'rejected', status: 550, code: '5.1.1', detail: 'no such user', concerns: 'recipient' }),
    ];
    const { messageId } = await aPlannedLetter(database.engine, store, await person());
    await aWorker(database.engine, { transport }).batch.run(REAL_LANE);
    expect(await message(messageId)).toMatchObject({ state: 'rejected', reason: '5.1.1' });
  });

  it('does not call the provider when the lease is nearly over', async () => {
    const worker = aWorker(database.engine, { times: new DeliveryTimes({ leaseMs: 900 }) });
    const { messageId } = await aPlannedLetter(database.engine, store, await person());
    await worker.batch.run(REAL_LANE);
    expect(worker.transport.sent).toEqual([]);
    expect(await message(messageId)).toMatchObject({ state: 'retry', attempts: 1 });
    expect(await aWorker(database.engine).batch.run(REAL_LANE)).toMatchObject({ accepted: 1 });
  });
});
