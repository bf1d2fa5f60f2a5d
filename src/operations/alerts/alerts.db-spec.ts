import { Logger } from '@nestjs/common';
import { aStore, migratedDatabase, type TestDatabase, type TestStore } from '../../../test/support/database.js';
import { aWorker, ScriptedTransport } from '../../../test/support/delivery-rig.js';
import { aPlannedLetter, aScenario } from '../../../test/support/planned-letters.js';
import { aContact } from '../../../test/support/letters.js';
import { RestraintFacts } from '../../delivery/restraint-facts.js';
import { wayOut } from '../../delivery/transports/transports.js';
import { REAL_LANE } from '../../platform/clock/lane.js';
import type { Env } from '../../platform/config/env.js';
import type { SystemFigures, SystemFiguresReader } from '../system-figures.js';
import { AlertChannel } from './alert-channel.js';
import { AlertMail } from './alert-mail.js';
import { AlertWatch } from './alert-watch.js';
import { Episodes } from './episodes.js';
import type { Finding, Notice } from './finding.js';
import { Troubles } from './troubles.js';

class RecordingChannel extends AlertChannel {
  readonly name = 'webhook';
  readonly got: Notice[] = [];
  isUp = true;

  send(notice: Notice): Promise<boolean> {
    if (this.isUp) this.got.push(notice);
    return Promise.resolve(this.isUp);
  }

  get told(): string[] {
    return this.got.map(({ event, kind, subject }) => `${event} ${kind} ${subject}`);
  }
}

const CIRCUIT: Finding = { kind: 'circuit_open', subject: 'coats smtp', text: 'smtp refuses', host: null };

describe('alerts', () => {
  let database: TestDatabase;
  let channel: RecordingChannel;
  let findings: readonly Finding[];
  let nowMs: number;

  beforeAll(async () => {
    Logger.overrideLogger(false);
    database = await migratedDatabase();
  });
  beforeEach(async () => {
    await database.engine.query('DELETE FROM alerts');
    channel = new RecordingChannel();
    findings = [];
    nowMs = 0;
  });
  afterAll(() => database.close());

  const clock = { now: () => new Date('2026-11-21T12:00:00Z'), monotonicMs: () => nowMs };
  const aProcess = (find: () => Promise<readonly Finding[]> = () => Promise.resolve(findings)) =>
    new AlertWatch({ find }, new Episodes(database.engine), [channel], clock);
  const pass = (seconds: number) =>
    database.engine.query(
      `WITH a AS (UPDATE alerts SET seen_at = seen_at - make_interval(secs => $1))
       UPDATE alert_notices SET next_attempt_at = next_attempt_at - make_interval(secs => $1)`,
      [seconds],
    );

  it('tell of an episode once, however many processes see it and for how long, and once that it is over', async () => {
    findings = [CIRCUIT];
    const processes = [aProcess(), aProcess(), aProcess()];
    const lookAll = () => Promise.all(processes.map((process) => process.look()));
    await lookAll();
    await pass(120);
    await lookAll();
    expect(channel.told).toEqual(['opened circuit_open coats smtp']);
    findings = [];
    await lookAll();
    expect(channel.told).toHaveLength(1);
    await pass(181);
    await lookAll();
    await lookAll();
    expect(channel.told).toEqual(['opened circuit_open coats smtp', 'recovered circuit_open coats smtp']);
    expect(channel.got[1]!.recoveredAt).toEqual(expect.any(Date));
    findings = [CIRCUIT];
    await lookAll();
    expect(channel.told).toHaveLength(3);
  });

  it('are repeated until they are taken, later each time, and given up after twelve tries', async () => {
    findings = [CIRCUIT];
    channel.isUp = false;
    const process = aProcess();
    await process.look();
    await process.look();
    const [row] = await database.engine.query('SELECT attempts FROM alert_notices');
    expect(row).toEqual({ attempts: 1 });
    await pass(61);
    channel.isUp = true;
    await aProcess().look();
    await pass(4_000);
    await aProcess().look();
    expect(channel.told).toEqual(['opened circuit_open coats smtp']);
    await database.engine.query('UPDATE alert_notices SET sent_at = NULL, attempts = 12');
    await aProcess().look();
    expect(channel.told).toHaveLength(1);
  });

  it('are told in order: that it is over comes last, also to a channel that was away meanwhile', async () => {
    findings = [CIRCUIT];
    const minutes = async (count: number, isUp: boolean) => {
      channel.isUp = isUp;
      for (let minute = 0; minute < count; minute++) {
        await aProcess().look();
        await pass(61);
      }
    };
    await minutes(8, false);
    findings = [];
    await minutes(20, true);
    expect(channel.told).toEqual(['opened circuit_open coats smtp', 'recovered circuit_open coats smtp']);
  });

  it('tell that it is over also where its beginning was given up', async () => {
    findings = [CIRCUIT];
    channel.isUp = false;
    await aProcess().look();
    await database.engine.query('UPDATE alert_notices SET attempts = 12');
    findings = [];
    await pass(4_000);
    channel.isUp = true;
    await aProcess().look();
    expect(channel.told).toEqual(['recovered circuit_open coats smtp']);
  });

  it('do not end what only another machine can see, unless it is gone for a day', async () => {
    findings = [{ kind: 'disk_low', subject: 'elsewhere', text: 'low', host: 'elsewhere' }];
    await aProcess().look();
    findings = [];
    await pass(3_600);
    await aProcess().look();
    expect(channel.told).toHaveLength(1);
    await pass(86_400);
    await aProcess().look();
    expect(channel.told).toEqual(['opened disk_low elsewhere', 'recovered disk_low elsewhere']);
  });

  it('tell of a database that is away for two minutes, without it, and when it is back', async () => {
    const away = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
    let isAway = true;
    const process = aProcess(() => (isAway ? Promise.reject(away) : Promise.resolve([])));
    for (nowMs of [0, 60_000, 119_000]) await process.look();
    expect(channel.got).toEqual([]);
    for (nowMs of [120_000, 180_000]) await process.look();
    expect(channel.got.map(({ event, kind }) => [event, kind])).toEqual([['opened', 'database_away']]);
    isAway = false;
    await process.look();
    await process.look();
    expect(channel.got.map(({ event }) => event)).toEqual(['opened', 'recovered']);
    isAway = true;
    await process.look();
    isAway = false;
    await process.look();
    expect(channel.got).toHaveLength(2);
  });

  it('leave by the configured transport and by no ledger; the outbox takes none', async () => {
    const transport = new ScriptedTransport();
    const mail = (out: ScriptedTransport) =>
      new AlertMail('ops@shop.example', 'Shop <shop@shop.example>', () => wayOut(out));
    const notice: Notice = { ...CIRCUIT, id: 'a1', event: 'opened', openedAt: clock.now(), recoveredAt: null };
    expect(await mail(transport).send(notice)).toBe(true);
    expect(transport.sent).toMatchObject([
      {
        to: 'ops@shop.example',
        from: { email: 'shop@shop.example' },
        subject: '[Touchmap] Alert: circuit_open',
        headers: { 'Auto-Submitted': 'auto-generated', 'Message-ID': '<a1.opened@shop.example>' },
      },
    ]);
    expect(await mail(new ScriptedTransport(1, true)).send(notice)).toBe(false);
    transport.script = [() => ({ kind: 'config', status: 401, detail: 'no' })];
    expect(await mail(transport).send(notice)).toBe(false);
    expect(await database.engine.query('SELECT 1 FROM messages')).toEqual([]);
  });

  describe('look for', () => {
    let store: TestStore;
    beforeEach(async () => {
      store = await aStore(database.engine);
      await aScenario(database.engine, store);
    });
    const due = { count: 0, maxSeconds: 0, p99Seconds: 0 };
    const figures = {
      runs: due,
      letters: due,
      inboxSeconds: 0,
      oldestTransactionSeconds: 0,
    } as unknown as SystemFigures;
    const kinds = async () => {
      const reader = { read: () => Promise.resolve(figures) } as SystemFiguresReader;
      const env = { DATA_DIR: '/' } as Env;
      const found = await new Troubles(env, database.engine, reader, new RestraintFacts()).find();
      const [{ key } = { key: '' }] = await database.engine.query<{ key: string }>(
        'SELECT key FROM stores WHERE id = $1',
        [store.storeId],
      );
      return found.filter(({ host }) => !host).map(({ kind, subject }) => `${kind} ${subject.replace(key, 'STORE')}`);
    };

    it('a provider that refuses everything, until a letter goes out', async () => {
      const worker = aWorker(database.engine, { transport: new ScriptedTransport() });
      await aPlannedLetter(database.engine, store, await aContact(database.engine, store.liveId));
      worker.transport.script = [() => ({ kind: 'config', status: 401, detail: 'no' })];
      await worker.batch.run(REAL_LANE);
      // Told without being awaited: the next statement of the same pool may overtake it.
      for (let i = 0; i < 100 && (await kinds()).length === 0; i++) await new Promise(setImmediate);
      expect(await kinds()).toEqual(['circuit_open STORE scripted']);
      await database.engine.query(`UPDATE store_providers SET circuit_until = circuit_until - interval '16 minutes'`);
      expect(await kinds()).toEqual([]);
    });

    it('letters of the last day that nobody knows the end of', async () => {
      const { messageId } = await aPlannedLetter(database.engine, store, await aContact(database.engine, store.liveId));
      await database.engine.query(
        `UPDATE messages SET state = 'unresolved', sent_at = clock_timestamp(), unknown_since = clock_timestamp() WHERE id = $1`,
        [messageId],
      );
      expect(await kinds()).toEqual(['sends_unresolved letters']);
      await database.engine.query(`UPDATE messages SET unknown_since = unknown_since - interval '1 day'`);
      expect(await kinds()).toEqual([]);
    });

    it('a store that sent events every hour and is silent, its orders or all of them', async () => {
      /** One an hour, with ids of their instants. */
      const events = (type: string, silentHours: number) =>
        database.engine.query(
          `INSERT INTO storefront_events (environment_id, id, received_at, clock, key, type, contact_id, occurred_at, data, processed_at)
           SELECT $1, (lpad(to_hex((extract(epoch FROM at) * 1000)::bigint), 12, '0') || '70008' || substr(md5($2 || n), 1, 15))::uuid, at, 'real', $2 || at, $2, gen_random_uuid(), at, '{}', at
           FROM generate_series(1, 800) AS n, LATERAL (SELECT clock_timestamp() - make_interval(hours => $3 + n) AS at) AS t`,
          [store.liveId, type, silentHours],
        );
      await events('order.placed', 8);
      expect(await kinds()).toEqual(['event_feed_silent STORE']);
      await events('cart.updated', 0);
      expect(await kinds()).toEqual(['order_feed_silent STORE']);
    });
  });
});
