import { BLIND_KEYS } from '../../test/support/blind-keys.js';
import { aStore, type TestDatabase, type TestStore } from '../../test/support/database.js';
import { aScenario } from '../../test/support/planned-letters.js';
import type { MessageOutcome } from '../domain/run.js';
import { parseScenario } from '../domain/scenario-schema.js';
import { ProcessClock } from '../platform/clock/clock.js';
import { type Lane, REAL_LANE } from '../platform/clock/lane.js';
import { newId } from '../platform/ids.js';
import { ScenarioRegistry } from '../scenarios/scenario-registry.js';
import { StoresService } from '../stores/stores.service.js';
import { EventLoader } from './event-loader.js';
import { FactLoader, factQuestion } from './fact-loader.js';
import { Inbox } from './inbox.js';
import { DueMark, InboxMark } from './marks.js';
import { MergedExits } from './merged-exits.js';
import type { LedgerRow } from './ports.js';
import { ProcessEvents } from './process-events.js';
import {
  RecordingConversions,
  RecordingEngagement,
  RecordingLedger,
  RecordingWaker,
} from './recording-ports.builder.js';
import { RunDue } from './run-due.js';
import { StoredRunMerger } from './run-merger.js';
import { RunMover } from './run-mover.js';
import { RunReader } from './run-reader.js';
import { RunWriter } from './run-writer.js';
import { StoredScenarioRuns } from './scenario-runs.js';

/** A worker's enrollments stage on a test's database, with recording neighbours. */
export function aWorker(database: TestDatabase, ledger = new RecordingLedger()) {
  const engagement = new RecordingEngagement();
  const conversions = new RecordingConversions();
  const waker = new RecordingWaker();
  const clock = new ProcessClock();
  const dueMark = new DueMark(clock);
  const registry = new ScenarioRegistry();
  const reader = new RunReader(registry);
  const facts = new FactLoader(new StoresService(), engagement, BLIND_KEYS);
  const writer = new RunWriter(ledger, dueMark, waker);
  const mover = new RunMover(reader, ledger, writer);
  return {
    ledger,
    engagement,
    conversions,
    waker,
    registry,
    mover,
    merger: new StoredRunMerger(reader, new MergedExits(facts), ledger, writer),
    events: new ProcessEvents(
      database.engine,
      new Inbox(new InboxMark(clock)),
      new EventLoader(registry, reader, facts),
      writer,
      conversions,
      ledger,
    ),
    due: new RunDue(database.engine, registry, reader, facts, ledger, writer, dueMark),
    scenarioRuns: new StoredScenarioRuns(database.engine, mover, ledger, dueMark, waker),
    /** The letter of this step has gone out, or what else became of it, as the guard tells it. */
    sent: (
      { stepId, pass, round, ...ref }: Pick<LedgerRow, 'environmentId' | 'enrollmentId' | 'stepId' | 'pass' | 'round'>,
      at: Date,
      outcome: MessageOutcome = { kind: 'sent' },
    ) =>
      database.engine.transaction(async (tx) => {
        const [run] = await reader.lock(tx, [ref]);
        const known = (await facts.load(tx, [factQuestion(run!)], at)).ofRun(run!);
        const left = { run: run!, facts: known, stepId, pass, round, outcome, isSettled: false };
        await mover.afterMessages(tx, [left], at);
      }),
  };
}

export type Worker = ReturnType<typeof aWorker>;

/** An event to store: `at` is the shop's clock, `id` the client's key. */
export interface EventToStore {
  readonly type: string;
  readonly at: string;
  readonly data?: Record<string, unknown>;
  readonly id?: string;
}

/** A shop with one environment in which a test publishes, stores and looks. */
export class Shop {
  private constructor(
    readonly database: TestDatabase,
    readonly store: TestStore,
    readonly clock: 'real' | 'virtual',
  ) {}

  static async open(database: TestDatabase, clock: 'real' | 'virtual' = 'virtual'): Promise<Shop> {
    return new Shop(database, await aStore(database.engine), clock);
  }

  get environmentId(): string {
    return this.clock === 'real' ? this.store.liveId : this.store.sandboxId;
  }

  lane(now: string): Lane {
    return this.clock === 'real'
      ? REAL_LANE
      : { clock: 'virtual', environmentId: this.environmentId, now: new Date(now) };
  }

  async publish(document: Record<string, unknown>, version = 1): Promise<void> {
    const parsed = parseScenario(document);
    if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
    const { environmentId } = this;
    await aScenario(this.database.engine, this.store, parsed.scenario, { version, environmentId });
  }

  async setState(key: string, state: 'published' | 'paused' | 'archived'): Promise<void> {
    await this.database.engine.query('UPDATE publications SET state = $3 WHERE environment_id = $1 AND key = $2', [
      this.environmentId,
      key,
      state,
    ]);
  }

  async contact(consent: boolean | null = true): Promise<string> {
    const id = newId();
    await this.database.engine.query(
      `INSERT INTO contacts (environment_id, id, email, email_key, marketing_consent) VALUES ($1, $2, $3, $3, $4)`,
      [this.environmentId, id, `${id}@example.com`, consent],
    );
    return id;
  }

  /** Stores an event as ingest does and answers its row's id. */
  async receive(contactId: string, { type, at, data = {}, id }: EventToStore): Promise<string> {
    const eventId = newId();
    await this.database.engine.query(
      `INSERT INTO storefront_events (environment_id, id, received_at, clock, key, type, contact_id, occurred_at, data)
       VALUES ($1, $2, clock_timestamp(), $3, $4, $5, $6, $7, $8)`,
      [this.environmentId, eventId, this.clock, id ?? eventId, type, contactId, at, JSON.stringify(data)],
    );
    return eventId;
  }

  /** What each run of the contact has come to. */
  runs(contactId: string): Promise<RunSeen[]> {
    return this.database.engine.query<RunSeen>(
      `SELECT id, state, position, due_at AS "dueAt", pass, touches, subject, end_reason AS "endReason", held, event, version
       FROM enrollments WHERE environment_id = $1 AND contact_id = $2 ORDER BY id`,
      [this.environmentId, contactId],
    );
  }

  /** The history of one run, as `outcome step reason`. */
  async history(enrollmentId: string): Promise<string[]> {
    const rows = await this.database.engine.query<{ line: string }>(
      `SELECT concat_ws(' ', outcome, step_id, reason) AS line FROM enrollment_steps WHERE enrollment_id = $1 ORDER BY id`,
      [enrollmentId],
    );
    return rows.map(({ line }) => line);
  }

  /** What an event did, as `outcome reason`; null while it waits. */
  async outcomes(eventId: string): Promise<string[] | null> {
    const [row] = await this.database.engine.query<{ outcomes: { outcome: string; reason: string | null }[] | null }>(
      'SELECT outcomes FROM storefront_events WHERE id = $1',
      [eventId],
    );
    return row?.outcomes?.map(({ outcome, reason }) => [outcome, reason].filter(Boolean).join(' ')) ?? null;
  }
}

export interface RunSeen {
  readonly id: string;
  readonly state: string;
  readonly position: string;
  readonly dueAt: Date | null;
  readonly pass: number;
  readonly touches: number;
  readonly subject: string;
  readonly endReason: string | null;
  readonly held: boolean;
  readonly event: { readonly id: string; readonly data: Record<string, unknown> };
  readonly version: number;
}

/** Applies what was received, then what is due, until nothing is left, as a sandbox does at one instant. */
export async function settle(worker: Worker, lane: Lane): Promise<void> {
  do while ((await worker.events.batch(lane)) > 0);
  while ((await worker.due.batch(lane)) > 0);
}

/** A cart with one product. */
export function cart(at: string, cartId = '81', items: readonly unknown[] = [{ productId: 'p1' }]): EventToStore {
  return { type: 'cart.updated', at, data: { cartId, items } };
}

/** An order. */
export function order(at: string, orderId = 'o-1', cartId = '81'): EventToStore {
  return { type: 'order.placed', at, data: { orderId, cartId, total: 5980, items: [] } };
}
