import { Logger } from '@nestjs/common';
import { aStore, migratedDatabase, type TestDatabase, type TestStore } from '../../test/support/database.js';
import { aWorker, type DeliveryPart, ScriptedTransport } from '../../test/support/delivery-rig.js';
import { aPlannedLetter, aScenario, takeBackLetters } from '../../test/support/planned-letters.js';
import { aContact } from '../../test/support/letters.js';
import { REAL_LANE } from '../platform/clock/lane.js';
import type { EngineDatabase } from '../platform/database/engine-database.js';
import type { SendResult } from './transports/transport.js';

/** The same five letters on every day. */
const FIVE_A_DAY = { startsOn: '2026-01-01', firstDay: 5, growth: 1, days: 36_500 };
const RETRY = { kind: 'retry', status: 451, detail: 'busy', retryAfterMs: null, counts: true } as const;

describe('the letters of a day while a sender is warmed up', () => {
  let database: TestDatabase;
  let store: TestStore;

  beforeAll(async () => {
    Logger.overrideLogger(false); // an open circuit is an error for people to look at
    database = await migratedDatabase();
  });
  beforeEach(async () => {
    store = await aStore(database.engine);
    await aScenario(database.engine, store);
    await database.engine.query('UPDATE stores SET settings = $2 WHERE id = $1', [
      store.storeId,
      { warmUp: FIVE_A_DAY },
    ]);
    for (let i = 0; i < 5; i++)
      await aPlannedLetter(database.engine, store, await aContact(database.engine, store.liveId));
  });
  afterEach(() => takeBackLetters(database.engine));
  afterAll(() => database.close());

  const sentToday = async (): Promise<unknown> =>
    (await database.engine.query('SELECT sent_today FROM store_providers WHERE store_id = $1', [store.storeId]))[0]?.[
      'sent_today'
    ];
  const states = async () =>
    Object.fromEntries(
      (
        await database.engine.query<{ state: string; n: number }>(
          'SELECT state, count(*)::int AS n FROM messages WHERE store_id = $1 GROUP BY 1',
          [store.storeId],
        )
      ).map(({ state, n }) => [state, n]),
    );
  /** As if their pauses were over, for a process that knows nothing of them. */
  const againElsewhere = async () => {
    await database.engine.query('UPDATE messages SET next_attempt_at = clock_timestamp() WHERE store_id = $1', [
      store.storeId,
    ]);
    await aWorker(database.engine).batch.run(REAL_LANE);
  };
  const broken = (parts: Partial<Record<DeliveryPart, EngineDatabase>>) => (name: DeliveryPart) =>
    parts[name] ?? database.engine;
  const away = {
    query: () => Promise.reject(new Error('Query read timeout')),
    transaction: () => Promise.reject(new Error('Query read timeout')),
  } as unknown as EngineDatabase;

  /** A database that is away from its `nth` transaction on. */
  const failingFrom = (nth: number): EngineDatabase => {
    let begun = 0;
    const transaction: EngineDatabase['transaction'] = (work) =>
      ++begun < nth ? database.engine.transaction(work) : away.transaction(work);
    return { query: database.engine.query.bind(database.engine), transaction } as unknown as EngineDatabase;
  };

  it.each<[string, SendResult]>([
    ['refused for a wrong key', { kind: 'config', status: 401, detail: 'unauthorized' }],
    ['put off by the provider', RETRY],
    ['put off for its own rate', { ...RETRY, status: 429, counts: false }],
  ])('are not used up by letters that were %s', async (_, result) => {
    const transport = new ScriptedTransport();
    transport.refuse(result);
    await aWorker(database.engine, { transport }).batch.run(REAL_LANE);
    expect(await sentToday()).toBe(0);
    await againElsewhere();
    expect(await states()).toEqual({ accepted: 5 });
    expect(await sentToday()).toBe(5);
  });

  it.each<[string, SendResult]>([
    ['that may have arrived', { kind: 'unknown', status: null, detail: 'reset', late: null }],
    [
      'that the provider refused for good',
      { kind: 'rejected', status: 550, code: '5.1.1', detail: 'no such user', concerns: 'recipient' },
    ],
  ])('are used up by letters %s', async (_, result) => {
    const transport = new ScriptedTransport();
    transport.refuse(result);
    await aWorker(database.engine, { transport }).batch.run(REAL_LANE);
    expect(await sentToday()).toBe(5);
  });

  it.each<DeliveryPart>(['compose', 'guard'])('are not used up by a batch that fails in its %s', async (part) => {
    const worker = aWorker(database.engine, { part: broken({ [part]: away }) });
    await expect(worker.batch.run(REAL_LANE)).rejects.toThrow('Query read timeout');
    expect(worker.transport.sent).toEqual([]);
    expect(await sentToday()).toBe(0);
    await againElsewhere();
    expect(await states()).toEqual({ accepted: 5 });
  });

  it('are used up only by those that went before a batch failed', async () => {
    const worker = aWorker(database.engine, {
      transport: new ScriptedTransport(2),
      part: broken({ guard: failingFrom(2) }),
    });
    await expect(worker.batch.run(REAL_LANE)).rejects.toThrow('Query read timeout');
    expect(await states()).toEqual({ accepted: 2, planned: 3 });
    expect(await sentToday()).toBe(2);
  });

  it('are not used up where another store of the batch could not be asked', async () => {
    const other = await aStore(database.engine);
    await aScenario(database.engine, other);
    await aPlannedLetter(database.engine, other, await aContact(database.engine, other.liveId));
    await database.engine.query(`UPDATE stores SET settings = $2 WHERE id = $1`, [
      other.storeId,
      { warmUp: FIVE_A_DAY },
    ]);
    const worker = aWorker(database.engine, { part: broken({ budget: failingFrom(2) }) });
    await expect(worker.batch.run(REAL_LANE)).rejects.toThrow('Query read timeout');
    const used = await database.engine.query('SELECT sent_today FROM store_providers WHERE store_id = ANY ($1)', [
      [store.storeId, other.storeId],
    ]);
    expect(used).toEqual([{ sent_today: 0 }]);
  });
});
