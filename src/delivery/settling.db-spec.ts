import { Logger } from '@nestjs/common';
import { aStore, migratedDatabase, type TestDatabase, type TestStore } from '../../test/support/database.js';
import { aWorker, ScriptedTransport } from '../../test/support/delivery-rig.js';
import { aPlannedLetter, aScenario, type LetterOptions, messageRow } from '../../test/support/planned-letters.js';
import { aContact } from '../../test/support/letters.js';
import { StoredScenarioRuns } from '../enrollments/scenario-runs.js';
import { REAL_LANE } from '../platform/clock/lane.js';
import type { EngineDatabase } from '../platform/database/engine-database.js';
import { newId } from '../platform/ids.js';
import type { StageWaker } from '../platform/queue/stages.js';
import { DeliveryTimes } from './delivery-times.js';
import { outcomeOfResult, type Outcome } from './outcome.js';
import { SettleQueue } from './settle-queue.js';
import type { Settlement } from './settle.js';
import { writeTestLetter, writeTestOutcome } from './test-letter.js';
import { utf8Parts, type SendResult } from './transports/transport.js';

const ACCEPTED: SendResult = { kind: 'accepted', status: 250, providerMessageId: 'p' };
const UNKNOWN: SendResult = { kind: 'unknown', status: null, detail: 'no answer', late: null };

describe('outcomes that are written together', () => {
  let database: TestDatabase;
  let store: TestStore;

  beforeAll(async () => {
    Logger.overrideLogger(false); // an outcome that cannot be stored is an error for people to look at
    database = await migratedDatabase();
    store = await aStore(database.engine);
    await aScenario(database.engine, store);
  });
  afterEach(() =>
    database.engine.query(`UPDATE messages SET state = 'cancelled', reason = 'moved' WHERE state <> 'accepted'`),
  );
  afterAll(() => database.close());

  const message = (id: string) => messageRow(database.engine, id);

  /** Letters on their way, and how to write what became of them. */
  async function onTheirWay(count: number, options: LetterOptions = {}) {
    const ids: string[] = [];
    const people: string[] = [];
    for (let i = 0; i < count; i++) {
      people.push(await aContact(database.engine, store.liveId));
      ids.push((await aPlannedLetter(database.engine, store, people[i]!, options)).messageId);
    }
    const worker = aWorker(database.engine, { times: new DeliveryTimes({ heldMs: 50 }) });
    const { token, messages } = await worker.claims.take(REAL_LANE, 10, []);
    const letters = await worker.composer.compose(REAL_LANE, messages);
    await worker.guard.clear(REAL_LANE, token, worker.transport, letters);
    const settle = (items: readonly Settlement[]) => worker.settle.write(REAL_LANE, token, items);
    const write = async (items: readonly Settlement[]) => (await settle(items)).accepted;
    return { ids, people, write, settle, worker };
  }
  const outcome = (result: SendResult): Outcome =>
    outcomeOfResult(result, 0, { retryFirstMs: 30_000, circuitMs: 30_000 }, 0);
  const settlement = (id: string, result: SendResult | Outcome): Settlement => ({
    environmentId: store.liveId,
    id,
    attempt: 1,
    outcome: 'kind' in result ? outcome(result) : result,
  });

  it.each([
    ['behind', [UNKNOWN, ACCEPTED]],
    ['before', [ACCEPTED, UNKNOWN]],
  ])('are believed where an answer stands %s the "unknown" of its own attempt', async (_, results) => {
    const { ids, write } = await onTheirWay(1);
    const accepted = await write(results.map((result) => settlement(ids[0]!, result)));
    expect(accepted).toBe(1);
    expect(await message(ids[0]!)).toMatchObject({ state: 'accepted', provider_message_id: 'p' });
  });

  it('are believed where deadline and answer fall into the time in which the database is away', async () => {
    await aPlannedLetter(database.engine, store, await aContact(database.engine, store.liveId));
    await aPlannedLetter(database.engine, store, await aContact(database.engine, store.liveId));
    const transport = new ScriptedTransport();
    let isAway!: () => void;
    const failed = new Promise<void>((resolve) => (isAway = resolve));
    let tries = 0;
    const away = {
      query: (text: string, values: readonly unknown[]) => {
        if (++tries > 3) return database.engine.query(text, values);
        isAway();
        return Promise.reject(new Error('Connection terminated'));
      },
      transaction: database.engine.transaction.bind(database.engine),
    } as unknown as EngineDatabase;
    // The first letter's outcome is being written again and again while both answers of the second come.
    transport.script = [() => ACCEPTED, () => failed.then(() => ({ ...UNKNOWN, late: Promise.resolve(ACCEPTED) }))];
    const part = (name: string) => (name === 'settle' ? away : database.engine);
    await aWorker(database.engine, { transport, part }).batch.run(REAL_LANE);
    const rows = await Promise.all(transport.sent.map(({ messageId }) => message(messageId)));
    expect(rows.map(({ state }) => state)).toEqual(['accepted', 'accepted']);
  });

  it('keep what the provider took beside one that asks for a pause of thirty days, which waits an hour', async () => {
    const { ids, write } = await onTheirWay(2);
    const pause = { kind: 'retry', status: 429, detail: 'slow', retryAfterMs: 30 * 86_400_000, counts: false } as const;
    await write([settlement(ids[0]!, ACCEPTED), settlement(ids[1]!, pause)]);
    expect(await message(ids[0]!)).toMatchObject({ state: 'accepted' });
    const [waits] = await database.engine.query(
      `SELECT state, next_attempt_at <= clock_timestamp() + interval '1 hour' AS soon FROM messages WHERE id = $1`,
      [ids[1]],
    );
    expect(waits).toEqual({ state: 'retry', soon: true });
  });

  it('are stored without addresses and NULs, in the words and in the code of a refusal', async () => {
    const { ids, write } = await onTheirWay(1);
    const detail = 'anna@example.com\0 is not known';
    await write([
      settlement(ids[0]!, { kind: 'rejected', status: 400, code: '400:to\0[0]', detail, concerns: 'content' }),
    ]);
    expect(await message(ids[0]!)).toMatchObject({ state: 'rejected', reason: '400:to[0]' });
    const [attempt] = await database.engine.query('SELECT detail FROM send_attempts WHERE message_id = $1', [ids[0]]);
    expect(attempt).toEqual({ detail: '… is not known' });
  });

  it('are stored alike where they are those of a test of a template', async () => {
    const messageId = newId();
    const mail = {
      messageId,
      storeId: store.storeId,
      from: { email: 'shop@shop.example', name: null },
      to: 'anna@example.com',
      replyTo: null,
      subject: 'A test',
      parts: () => utf8Parts({ html: '<p>x</p>', text: 'x' }),
      headers: {},
    };
    const scope = { storeId: store.storeId, environmentId: store.liveId };
    const place = { template: 'a/b', provider: 'scripted', workerId: newId(), at: new Date(), day: '2026-11-21' };
    const letter = { ...place, scope, clock: 'real', mail } as const;
    await writeTestLetter(database.engine, letter, null);
    const refused = { kind: 'rejected', status: 400, concerns: 'content' } as const;
    const result = { ...refused, code: '400:to\0[0]', detail: 'anna@example.com\0 is not known' };
    const answer = { state: 'rejected', reason: '400:to[0]' };
    expect(await writeTestOutcome(database.engine, letter, outcome(result))).toEqual(answer);
    expect(await message(messageId)).toMatchObject(answer);
    const [attempt] = await database.engine.query('SELECT detail FROM send_attempts WHERE message_id = $1', [
      messageId,
    ]);
    expect(attempt).toEqual({ detail: '… is not known' });
  });

  it('are written without the one that cannot be stored, which is given up at once', async () => {
    const { ids, settle } = await onTheirWay(3);
    const errors: string[] = [];
    const log = { error: (_: string, { event }: { event: string }) => void errors.push(event) };
    const queue = new SettleQueue(settle, log as unknown as ConstructorParameters<typeof SettleQueue>[1], 50);
    const unstorable = { ...outcome(ACCEPTED), status: 2 ** 40 };
    const results = [ACCEPTED, unstorable, ACCEPTED];
    await Promise.all(results.map((result, i) => queue.add(settlement(ids[i]!, result))));
    expect(await queue.done()).toBe(2);
    expect(errors).toEqual(['delivery.settle_failed']);
    const states = await Promise.all(ids.map(async (id) => (await message(id))['state']));
    expect(states).toEqual(['accepted', 'sending', 'accepted']);
  });

  it('complete everybody’s runs but that of a person whose row a session keeps holding, as does the mend, which completes it afterwards', async () => {
    const { ids, people, write, worker } = await onTheirWay(3, { step: 'follow-up', position: '3' });
    const { mover, ledger, engine } = worker;
    const waker = { wake: () => undefined } as unknown as StageWaker;
    const { dueMark } = engine;
    const runs = new StoredScenarioRuns(database.engine, mover, ledger, dueMark, waker);
    const states = async () =>
      Promise.all(
        people.map(async (id) => {
          const rows = await database.engine.query('SELECT state FROM enrollments WHERE contact_id = $1', [id]);
          return rows[0]!['state'] as string;
        }),
      );
    await database.engine.transaction(async (tx) => {
      await tx.query('SELECT id FROM contacts WHERE id = $1 FOR UPDATE', [people[0]]);
      expect(await write(ids.slice(0, 2).map((id) => settlement(id, ACCEPTED)))).toBe(2);
      expect(await states()).toEqual(['sending', 'ended', 'sending']);
      await database.engine.query(`UPDATE messages SET state = 'accepted' WHERE id = $1`, [ids[2]]);
      await runs.mend();
      expect(await states()).toEqual(['sending', 'ended', 'ended']);
    });
    await runs.mend();
    expect(await states()).toEqual(['ended', 'ended', 'ended']);
  });

  describe('and whose letter is not what it was', () => {
    const BUSY: SendResult = { kind: 'retry', status: 451, detail: 'later', retryAfterMs: null, counts: true };

    it.each([
      ['an answer to an earlier attempt', ACCEPTED, 'attempts = 2'],
      ['a refusal when another worker has the letter on its way', BUSY, 'claim_token = gen_random_uuid()'],
      ['a refusal when the letter was planned anew', BUSY, `state = 'planned'`],
      ['a second "unknown"', UNKNOWN, `state = 'unknown', unknown_since = '2026-11-21T09:00:00Z'`],
      ['a yes when it was refused for good', ACCEPTED, `state = 'rejected', reason = '550'`],
    ])('change nothing of it: %s', async (_, result, change) => {
      const { ids, write } = await onTheirWay(1);
      await database.engine.query(`UPDATE messages SET ${change} WHERE id = $1`, [ids[0]]);
      const before = await message(ids[0]!);
      expect(await write([settlement(ids[0]!, result)])).toBe(0);
      expect(await message(ids[0]!)).toEqual(before);
    });

    it.each(['unknown', 'unresolved', 'retry', 'claimed', 'planned'])(
      'make it accepted by a yes to its last attempt, whoever holds it: %s',
      async (state) => {
        const { ids, write } = await onTheirWay(2);
        await database.engine.query(
          'UPDATE messages SET state = $2, claim_token = gen_random_uuid() WHERE id = ANY ($1)',
          [ids, state],
        );
        expect(await write([settlement(ids[0]!, ACCEPTED)])).toBe(1);
        const accepted = { state: 'accepted', reconciled_by: 'late_answer', lease_until: null };
        expect(await message(ids[0]!)).toMatchObject(accepted);
        expect(await message(ids[1]!)).toMatchObject({ state });
        // Of an attempt that was not this claim's, nothing is believed.
        await database.engine.query('UPDATE send_attempts SET token = gen_random_uuid() WHERE message_id = $1', [
          ids[1],
        ]);
        expect(await write([settlement(ids[1]!, ACCEPTED)])).toBe(0);
        expect(await message(ids[1]!)).toMatchObject({ state });
      },
    );

    it.each([
      ['a refusal for now', BUSY, 'cancelled', 'cancelled'],
      ['a refusal for now, once it may have arrived', BUSY, 'dup_risk', 'unresolved'],
      ['no answer', UNKNOWN, 'cancelled', 'unknown'],
    ])('keep the reason for which its run took it back: %s', async (_, result, kind, state) => {
      const { ids, write } = await onTheirWay(1);
      await database.engine.query(
        `UPDATE messages SET cancel_requested = true, reason = 'exited:purchased', dup_risk = $2 WHERE id = $1`,
        [ids[0], kind === 'dup_risk'],
      );
      await write([settlement(ids[0]!, result)]);
      expect(await message(ids[0]!)).toMatchObject({ state, reason: 'exited:purchased' });
    });
  });
});
