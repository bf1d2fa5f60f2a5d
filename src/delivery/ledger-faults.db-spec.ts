import pg from 'pg';
import { aStore, migratedDatabase, type TestDatabase, type TestStore } from '../../test/support/database.js';
import { aWorker, ScriptedTransport } from '../../test/support/delivery-rig.js';
import { aPlannedLetter, aScenario, messageRow, takeBackLetters } from '../../test/support/planned-letters.js';
import { aContact } from '../../test/support/letters.js';
import { REAL_LANE } from '../platform/clock/lane.js';
import { newId } from '../platform/ids.js';
import type { SendResult } from './transports/transport.js';

describe('the ledger when things break', () => {
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

  const planned = async (options = {}): ReturnType<typeof aPlannedLetter> =>
    aPlannedLetter(database.engine, store, await aContact(database.engine, store.liveId), options);
  const message = (id: string) => messageRow(database.engine, id);
  const overdue = (id: string): Promise<unknown> =>
    database.engine.query(
      `UPDATE messages SET unknown_since = unknown_since - interval '2 hours', next_attempt_at = clock_timestamp() WHERE id = $1`,
      [id],
    );

  /** A worker whose process is there: its row, and its advisory lock until `die`. */
  async function aLivingWorker(): Promise<{ readonly id: string; die(): Promise<void> }> {
    const id = newId();
    const client = new pg.Client({ connectionString: database.url });
    client.on('error', () => undefined); // the database goes before a worker that a failed test left alive
    await client.connect();
    await client.query(`SELECT pg_advisory_lock(hashtextextended($1, 0))`, [id]);
    await client.query(`INSERT INTO workers (id, lock_key) VALUES ($1::uuid, hashtextextended($1::uuid::text, 0))`, [
      id,
    ]);
    return { id, die: () => client.end() };
  }

  it('gives a letter of a worker killed before the guard to the next one', async () => {
    const { messageId } = await planned();
    const life = await aLivingWorker();
    const killed = aWorker(database.engine, { id: life.id });
    await killed.claims.take(REAL_LANE, 10, []);
    const next = aWorker(database.engine);
    await next.sweeper.sweep();
    expect(await message(messageId)).toMatchObject({ state: 'claimed' });
    await life.die();
    await next.sweeper.sweep();
    expect(await message(messageId)).toMatchObject({ state: 'planned' });
    expect(await next.batch.run(REAL_LANE)).toMatchObject({ accepted: 1 });
  });

  it('does not clear a letter that was taken over between claim and guard', async () => {
    const { messageId } = await planned();
    const slow = aWorker(database.engine);
    const claim = await slow.claims.take(REAL_LANE, 10, []);
    const letters = await slow.composer.compose(REAL_LANE, claim.messages);
    await aWorker(database.engine).sweeper.sweep();
    expect(await slow.guard.clear(REAL_LANE, claim.token, slow.transport, letters)).toMatchObject({ cleared: [] });
    expect(await message(messageId)).toMatchObject({ state: 'planned' });
  });

  it('never repeats a marketing letter of a worker killed behind the guard: unknown, then unresolved', async () => {
    const { messageId, enrollmentId } = await planned({ step: 'follow-up', position: '3', touches: 1 });
    const killed = aWorker(database.engine);
    const claim = await killed.claims.take(REAL_LANE, 10, []);
    await killed.guard.clear(
      REAL_LANE,
      claim.token,
      killed.transport,
      await killed.composer.compose(REAL_LANE, claim.messages),
    );
    const next = aWorker(database.engine);
    await next.sweeper.sweep();
    expect(await message(messageId)).toMatchObject({ state: 'unknown', attempts: 1 });
    expect(await next.batch.run(REAL_LANE)).toEqual({ claimed: 0, accepted: 0 });
    await overdue(messageId);
    await next.sweeper.sweep();
    expect(await message(messageId)).toMatchObject({ state: 'unresolved', dup_risk: false });
    const [run] = await database.engine.query('SELECT end_reason FROM enrollments WHERE id = $1', [enrollmentId]);
    expect(run).toEqual({ end_reason: 'completed' });
  });

  it('repeats a service letter once, marked as a possible duplicate', async () => {
    const { messageId } = await planned({ policy: 'at-least-once' });
    const transport = new ScriptedTransport();
    const ambiguous = (): SendResult => ({ kind: 'unknown', status: 502, detail: 'bad gateway', late: null });
    transport.script = [ambiguous, ambiguous];
    const worker = aWorker(database.engine, { transport });
    await worker.batch.run(REAL_LANE);
    await overdue(messageId);
    await worker.sweeper.sweep();
    expect(await message(messageId)).toMatchObject({ state: 'retry', dup_risk: true });
    await worker.batch.run(REAL_LANE);
    expect(await message(messageId)).toMatchObject({ state: 'unknown', attempts: 2 });
    await overdue(messageId);
    await worker.sweeper.sweep();
    expect(await message(messageId)).toMatchObject({ state: 'unresolved', dup_risk: true });
    expect(transport.sent).toHaveLength(2);
  });

  it('believes an answer that comes after the row was given up', async () => {
    const { messageId } = await planned();
    const transport = new ScriptedTransport();
    let answer: (result: SendResult) => void = () => undefined;
    const late = new Promise<SendResult>((resolve) => (answer = resolve));
    transport.script = [() => ({ kind: 'unknown', status: null, detail: 'no answer', late })];
    await aWorker(database.engine, { transport }).batch.run(REAL_LANE);
    expect(await message(messageId)).toMatchObject({ state: 'unknown' });
    answer({ kind: 'accepted', status: 202, providerMessageId: 'late' });
    let row = await message(messageId);
    while (row['state'] === 'unknown') row = await message(messageId);
    expect(row).toMatchObject({ state: 'accepted', reconciled_by: 'late_answer', provider_message_id: 'late' });
  });

  it('believes an answer that comes when another worker is about to repeat the letter: it is not repeated', async () => {
    const { messageId } = await planned({ policy: 'at-least-once', messageClass: 'service' });
    const transport = new ScriptedTransport();
    let answer!: (result: SendResult) => void;
    const late = new Promise<SendResult>((resolve) => (answer = resolve));
    transport.script = [() => ({ kind: 'unknown', status: null, detail: 'no answer', late })];
    await aWorker(database.engine, { transport }).batch.run(REAL_LANE);
    await overdue(messageId);
    const other = aWorker(database.engine);
    await other.sweeper.sweep();
    const claim = await other.claims.take(REAL_LANE, 10, []);
    expect(claim.messages.map(({ id }) => id)).toEqual([messageId]);
    const letters = await other.composer.compose(REAL_LANE, claim.messages);
    answer({ kind: 'accepted', status: 202, providerMessageId: 'late' });
    let row = await message(messageId);
    while (row['state'] === 'claimed') row = await message(messageId);
    expect(row).toMatchObject({ state: 'accepted', reconciled_by: 'late_answer' });
    const { cleared } = await other.guard.clear(REAL_LANE, claim.token, other.transport, letters);
    expect(cleared).toEqual([]);
  });

  it('settles an outbox letter of a killed worker as accepted: the row is all there is to it', async () => {
    const { messageId } = await planned();
    const killed = aWorker(database.engine);
    const claim = await killed.claims.take(REAL_LANE, 10, []);
    await killed.guard.clear(
      REAL_LANE,
      claim.token,
      { name: 'outbox', isLedger: false },
      await killed.composer.compose(REAL_LANE, claim.messages),
    );
    await killed.sweeper.sweep();
    expect(await message(messageId)).toMatchObject({ state: 'accepted', reconciled_by: 'outbox' });
  });

  it('ends as unresolved, not cancelled, what may have gone out before its run was exited', async () => {
    const { messageId, enrollmentId } = await planned({ policy: 'at-least-once' });
    const transport = new ScriptedTransport();
    transport.script = [() => ({ kind: 'unknown', status: null, detail: 'reset', late: null })];
    const worker = aWorker(database.engine, { transport });
    await worker.batch.run(REAL_LANE);
    await overdue(messageId);
    await worker.sweeper.sweep();
    await database.engine.query('DELETE FROM stats_dirty');
    await worker.ledger.cancel(database.engine, [
      { environmentId: store.liveId, enrollmentId, reason: 'exited:purchased' },
    ]);
    expect(await message(messageId)).toMatchObject({ state: 'unresolved', reason: 'exited:purchased', dup_risk: true });
    expect(await database.engine.query('SELECT step_id FROM stats_dirty')).toEqual([{ step_id: 'reminder' }]);
  });

  it('ends as unresolved, not failed, what may have arrived before its tries were used up', async () => {
    const { messageId } = await planned({ policy: 'at-least-once' });
    const transport = new ScriptedTransport();
    const busy = (): SendResult => ({ kind: 'retry', status: 503, detail: 'busy', retryAfterMs: null, counts: true });
    transport.script = [
      () => ({ kind: 'unknown', status: null, detail: 'reset', late: null }),
      ...Array.from({ length: 8 }, () => busy),
    ];
    const worker = aWorker(database.engine, { transport });
    await worker.batch.run(REAL_LANE);
    await overdue(messageId);
    await worker.sweeper.sweep();
    for (let i = 0; i < 8; i++) {
      await overdue(messageId);
      await worker.batch.run(REAL_LANE);
    }
    expect(transport.sent).toHaveLength(9);
    expect(await message(messageId)).toMatchObject({
      state: 'unresolved',
      reason: 'attempts_exhausted',
      dup_risk: true,
    });
  });

  it('ends as unresolved, not rejected, what may have arrived before its repetition was refused', async () => {
    const { messageId } = await planned({ policy: 'at-least-once' });
    const transport = new ScriptedTransport();
    transport.script = [
      () => ({ kind: 'unknown', status: null, detail: 'reset', late: null }),
      () => ({ kind: 'rejected', status: 550, code: '5.1.1', detail: 'no such user', concerns: 'recipient' }),
    ];
    const worker = aWorker(database.engine, { transport });
    await worker.batch.run(REAL_LANE);
    await overdue(messageId);
    await worker.sweeper.sweep();
    await worker.batch.run(REAL_LANE);
    expect(transport.sent).toHaveLength(2);
    expect(await message(messageId)).toMatchObject({ state: 'unresolved', reason: '5.1.1', dup_risk: true });
  });

  it('does not try again what was taken back while it was on its way', async () => {
    const { messageId, enrollmentId } = await planned();
    const transport = new ScriptedTransport();
    const worker = aWorker(database.engine, { transport });
    transport.script = [
      async () => {
        await worker.ledger.cancel(database.engine, [
          { environmentId: store.liveId, enrollmentId, reason: 'exited:purchased' },
        ]);
        return { kind: 'retry', status: 451, detail: 'busy', retryAfterMs: null, counts: true };
      },
    ];
    await worker.batch.run(REAL_LANE);
    expect(await message(messageId)).toMatchObject({ state: 'cancelled', reason: 'exited:purchased' });
  });

  it('counts what went out although it was taken back on its way', async () => {
    const { messageId, enrollmentId } = await planned();
    const transport = new ScriptedTransport();
    const worker = aWorker(database.engine, { transport });
    transport.script = [
      async () => {
        await worker.ledger.cancel(database.engine, [
          { environmentId: store.liveId, enrollmentId, reason: 'exited:purchased' },
        ]);
        return { kind: 'accepted', status: 250, providerMessageId: null };
      },
    ];
    await worker.batch.run(REAL_LANE);
    expect(await message(messageId)).toMatchObject({ state: 'accepted', reason: null, cancel_requested: true });
  });

  it('knows of a letter before its provider does: whatever is reported finds its row', async () => {
    const { messageId } = await planned();
    const known: unknown[] = [];
    const transport = new ScriptedTransport();
    transport.script = [
      async (mail) => {
        known.push(await message(mail.messageId)); // on another connection: committed
        return { kind: 'accepted', status: 250, providerMessageId: null };
      },
    ];
    await aWorker(database.engine, { transport }).batch.run(REAL_LANE);
    expect(known).toMatchObject([{ id: messageId, state: 'sending', attempts: 1 }]);
  });
});
