import { IdentityChanges } from '../../src/contacts/identity-changes.js';
import type { EventFacts } from '../../src/domain/run.js';
import type { EngineDatabase } from '../../src/platform/database/engine-database.js';
import type { Sql } from '../../src/platform/database/sql.js';
import { newId } from '../../src/platform/ids.js';
import type { TestStore } from './database.js';

/** The scenario of most specs: two letters, ended by an order. */
export const TWO_LETTERS = {
  key: 'abandoned-cart',
  name: 'Abandoned cart',
  messageClass: 'marketing',
  trigger: { type: 'event', event: 'cart.updated', subject: 'event.cartId' },
  reentry: { whileRunning: 'restart' },
  exits: [{ event: 'order.placed', reason: 'purchased' }],
  steps: [
    { id: 'pause-1', type: 'wait', for: '45 minutes' },
    { id: 'reminder', type: 'email', template: 'abandoned-cart/reminder', reason: 'the cart waits' },
    { id: 'pause-2', type: 'wait', for: '2 days' },
    { id: 'follow-up', type: 'email', template: 'abandoned-cart/follow-up', reason: 'help' },
  ],
};

/** Stores a version of a scenario and publishes it, in live unless another environment is named. */
export async function aScenario(
  sql: Sql,
  store: TestStore,
  document: { readonly key: string; readonly [field: string]: unknown } = TWO_LETTERS,
  { version = 1, environmentId = store.liveId } = {},
): Promise<void> {
  const { key } = document;
  await sql.query('INSERT INTO scenarios (store_id, key, name, draft) VALUES ($1, $2, $2, $3) ON CONFLICT DO NOTHING', [
    store.storeId,
    key,
    document,
  ]);
  await sql.query('INSERT INTO scenario_versions (store_id, scenario_key, version, document) VALUES ($1, $2, $3, $4)', [
    store.storeId,
    key,
    version,
    document,
  ]);
  await sql.query(
    `INSERT INTO publications (environment_id, kind, key, version, state) VALUES ($1, 'scenario', $2, $3, 'published')
     ON CONFLICT (environment_id, kind, key) DO UPDATE SET version = excluded.version`,
    [environmentId, key, version],
  );
}

export interface LetterOptions {
  readonly scenario?: string;
  readonly step?: string;
  /** The step's place in the document. */
  readonly position?: string;
  readonly template?: string;
  readonly policy?: 'at-most-once' | 'at-least-once';
  readonly messageClass?: 'marketing' | 'care' | 'service';
  readonly subject?: string;
  readonly touches?: number;
}

/** Stores a run that stands in front of its letter, and the letter, due since a second. */
export async function aPlannedLetter(
  sql: Sql,
  store: TestStore,
  contactId: string,
  options: LetterOptions = {},
): Promise<{ readonly messageId: string; readonly enrollmentId: string }> {
  const {
    scenario = 'abandoned-cart',
    step = 'reminder',
    position = '1',
    template = 'abandoned-cart/reminder',
  } = options;
  const { policy = 'at-most-once', messageClass = 'marketing', subject = '81', touches = 0 } = options;
  const messageId = newId();
  const enrollmentId = newId();
  const event: EventFacts = {
    id: `cart-${enrollmentId}`,
    type: 'cart.updated',
    at: '2026-11-20T09:00:00.000Z',
    data: { cartId: subject },
  };
  await sql.query(
    `INSERT INTO enrollments (environment_id, id, store_id, clock, scenario_key, version, message_class, contact_id, subject, state,
       position, previous_at, entered_at, last_activity_at, touches, event)
     VALUES ($1, $2, $3, 'real', $4, 1, $5, $6, $7, 'sending', $8, $9, $9, $9, $10, $11)`,
    [
      store.liveId,
      enrollmentId,
      store.storeId,
      scenario,
      messageClass,
      contactId,
      subject,
      position,
      event.at,
      touches,
      event,
    ],
  );
  await sql.query(
    `INSERT INTO messages (environment_id, id, store_id, clock, enrollment_id, contact_id, scenario_key, version, step_id,
       step_number, message_class, policy, template_key, state, due_at, created_at)
     VALUES ($1, $2, $3, 'real', $4, $5, $6, 1, $7, 1, $8, $9, $10, 'planned', clock_timestamp() - interval '1 s', clock_timestamp())`,
    [store.liveId, messageId, store.storeId, enrollmentId, contactId, scenario, step, messageClass, policy, template],
  );
  return { messageId, enrollmentId };
}

/** Stores an event of the contact that no stage has seen yet. */
export async function anUnprocessedEvent(
  sql: Sql,
  environmentId: string,
  contactId: string,
  type: string,
  data: Readonly<Record<string, unknown>> = {},
): Promise<void> {
  await sql.query(
    `INSERT INTO storefront_events (environment_id, id, received_at, clock, key, type, contact_id, occurred_at, data)
     VALUES ($1, $2, clock_timestamp(), 'real', $2::uuid::text, $3, $4, clock_timestamp(), $5)`,
    [environmentId, newId(), type, contactId, data],
  );
}

/** Makes one person of two, as ingest does when an event names both; of their runs none meet. */
export async function mergePeople(
  engine: EngineDatabase,
  environmentId: string,
  { from, into }: { readonly from: string; readonly into: string },
): Promise<void> {
  const mergeRuns = async (tx: Sql): Promise<void> =>
    void (await tx.query('UPDATE enrollments SET contact_id = $3 WHERE environment_id = $1 AND contact_id = $2', [
      environmentId,
      from,
      into,
    ]));
  const [keep, absorb] = [into, from].map((id) => ({ id, environmentId, externalId: null, emailKey: null }));
  await engine.transaction((tx) =>
    new IdentityChanges({ mergeRuns }).apply(tx, { kind: 'merge', keep: keep!, absorb: absorb! }, new Date()),
  );
}

/** A letter's row of the ledger. */
export async function messageRow(sql: Sql, id: string): Promise<Record<string, unknown>> {
  const [row] = await sql.query('SELECT * FROM messages WHERE id = $1', [id]);
  return row!;
}

/** The next try of these letters is due now. */
export async function tryAgainNow(sql: Sql, ...ids: readonly string[]): Promise<void> {
  await sql.query('UPDATE messages SET next_attempt_at = clock_timestamp() WHERE id = ANY ($1)', [ids]);
}

/** Ends every letter that may still go, so that the next test has none but its own. */
export async function takeBackLetters(sql: Sql): Promise<void> {
  await sql.query(
    `UPDATE messages SET state = 'cancelled', reason = 'moved' WHERE state IN ('planned', 'retry', 'unknown', 'claimed', 'sending')`,
  );
}
