import { Logger } from '@nestjs/common';
import { EventLoader } from '../../src/enrollments/event-loader.js';
import { Inbox } from '../../src/enrollments/inbox.js';
import { InboxMark } from '../../src/enrollments/marks.js';
import { ProcessEvents } from '../../src/enrollments/process-events.js';
import { RunDue } from '../../src/enrollments/run-due.js';
import { StoredScenarioRuns } from '../../src/enrollments/scenario-runs.js';
import { DeliveryTimes } from '../../src/delivery/delivery-times.js';
import { REAL_LANE } from '../../src/platform/clock/lane.js';
import { migratedDatabase, type TestDatabase } from '../support/database.js';
import { aWorker, ScriptedTransport } from '../support/delivery-rig.js';
import { Faults, seededRandom } from './children/faults.js';
import { FaultyDatabase } from './children/faulty-database.js';
import { FaultyTransport } from './children/faulty-transport.js';
import { MARKETING, SERVICE, ShopInTrouble } from './support/shop-in-trouble.js';

/** More of them: FAULT_SEEDS=100. */
const SEEDS = Array.from({ length: Number(process.env.FAULT_SEEDS ?? 12) }, (_, i) => i + 1);
const RUNS = 16;
const TIMES = new DeliveryTimes({
  leaseMs: 3_000,
  sweepMs: 50,
  repeatUnknownMs: 150,
  resolveUnknownMs: 300,
  retryFirstMs: 20,
  eventFirstMs: 20,
});
/** Leases and back-offs pass by the database's clock, however fast the rounds are: far more than all of them together. */
const PATIENCE_MS = 90_000;

/** A run that an order ended does not wait for its letter, of which nobody may know yet. */
const GOING_ON = `
SELECT 1 FROM enrollments WHERE environment_id = $1 AND state <> 'ended' UNION ALL
SELECT 1 FROM messages WHERE environment_id = $1 AND state IN ('planned', 'claimed', 'sending', 'retry', 'unknown')`;

interface Letter extends Record<string, unknown> {
  readonly id: string;
  readonly policy: string;
  readonly state: string;
  readonly reason: string | null;
  readonly dup_risk: boolean;
}

describe('with every part’s statements, transactions and letters failing at random', () => {
  let database: TestDatabase;
  let shop: ShopInTrouble;

  beforeAll(async () => {
    Logger.overrideLogger(false); // what goes wrong here is meant to
    database = await migratedDatabase();
    shop = new ShopInTrouble(database.url);
  });
  afterAll(async () => {
    await shop.close();
    await database.close();
  });

  /** One worker's stages, whose statements fail before and behind the server, with a transport whose answers get lost. */
  function aShakyWorker(seed: number, transport: ScriptedTransport) {
    const faults = Faults.parse(`*:break:0.06:${seed}`);
    const part = (name: string): FaultyDatabase => new FaultyDatabase(database.engine.pool, name, faults);
    const { batch, sweeper, mover, ledger, engine } = aWorker(part('other'), {
      transport: new FaultyTransport(transport, faults),
      times: TIMES,
      part,
    });
    const { clock, registry, reader, facts, writer, dueMark } = engine;
    const waker = { wake: () => undefined };
    const nobody = { record: () => Promise.resolve() };
    const inbox = new Inbox(new InboxMark(clock));
    const loader = new EventLoader(registry, reader, facts);
    const events = new ProcessEvents(part('events'), inbox, loader, writer, nobody, ledger);
    const due = new RunDue(part('due'), registry, reader, facts, ledger, writer, dueMark);
    const runs = new StoredScenarioRuns(part('mend'), mover, ledger, dueMark, waker);
    const acts = [
      () => events.batch(REAL_LANE),
      () => due.batch(REAL_LANE),
      () => batch.run(REAL_LANE),
      () => sweeper.sweep(),
      () => runs.mend(),
    ];
    return async (): Promise<void> => {
      for (const act of acts) await Promise.resolve(act()).catch(() => undefined);
    };
  }

  it.each(SEEDS)('seed %i: nothing is lost, no marketing letter goes twice, every end has a name', async (seed) => {
    const random = seededRandom(seed);
    const store = await shop.store();
    const transport = new ScriptedTransport();
    const people = await shop.dueRuns(store, MARKETING, { count: RUNS });
    await shop.dueRuns(store, SERVICE, { count: RUNS });
    const workers = [aShakyWorker(seed, transport), aShakyWorker(seed + 1_000, transport)];
    const orders = people
      .filter(() => random() < 0.2)
      .map(
        ({ contactId }) =>
          () =>
            shop.order(store.liveId, contactId),
      );
    const ended = async (): Promise<boolean> => (await shop.sql.query(GOING_ON, [store.liveId])).length === 0;
    const until = performance.now() + PATIENCE_MS;
    while (!(await ended()) && performance.now() < until)
      await Promise.all([...workers.map((work) => work()), orders.pop()?.()]);
    expect(await ended()).toBe(true);

    const letters = await shop.sql.query<Letter>(
      'SELECT id, policy, state, reason, dup_risk FROM messages WHERE environment_id = $1',
      [store.liveId],
    );
    const sent = (letter: Letter): number => transport.sent.filter(({ messageId }) => messageId === letter.id).length;
    expect(letters.filter((letter) => letter.policy === 'at-most-once' && sent(letter) > 1)).toEqual([]);
    expect(letters.filter((letter) => sent(letter) > 1 && !letter.dup_risk)).toEqual([]);
    expect(letters.filter((letter) => sent(letter) > 2)).toEqual([]);
    expect(letters.filter((letter) => letter.state === 'accepted' && sent(letter) === 0)).toEqual([]);
    expect(letters.filter(({ state, reason }) => !['accepted', 'unresolved'].includes(state) && !reason)).toEqual([]);
    expect(letters.filter((letter) => !['accepted', 'unresolved'].includes(letter.state) && sent(letter) > 0)).toEqual(
      [],
    );
    expect(
      letters.filter(
        (letter) => letter.policy === 'at-least-once' && sent(letter) === 0 && letter.state !== 'unresolved',
      ),
    ).toEqual([]);
    const late = await shop.sql.query(
      `SELECT m.id FROM messages m JOIN storefront_events e ON e.environment_id = m.environment_id AND e.contact_id = m.contact_id
       WHERE m.environment_id = $1 AND m.policy = 'at-most-once' AND m.sent_at > e.received_at`,
      [store.liveId],
    );
    expect(late).toEqual([]);
  });
});
