import { lockContacts } from '../../../src/contacts/contact-facts.js';
import { EngineDatabase } from '../../../src/platform/database/engine-database.js';
import { makePool } from '../../../src/platform/database/pools.js';
import { newId } from '../../../src/platform/ids.js';
import { aStore, type TestStore } from '../../support/database.js';
import { anUnprocessedEvent, aScenario } from '../../support/planned-letters.js';

/** One letter of marketing, ended by an order; and one notice of the service, which must arrive. */
export const MARKETING = {
  key: 'reminder',
  name: 'Reminder',
  messageClass: 'marketing',
  trigger: { type: 'event', event: 'cart.updated', subject: 'event.cartId' },
  exits: [{ event: 'order.placed', reason: 'purchased' }],
  steps: [
    { id: 'pause', type: 'wait', for: '1 minute' },
    { id: 'letter', type: 'email', template: 'reminder/letter', reason: 'the cart waits' },
  ],
};
export const SERVICE = { ...MARKETING, key: 'notice', name: 'Notice', messageClass: 'service', exits: [] };

/** What a test asks of the rows that it makes. */
export interface DueRuns {
  readonly count: number;
  /** Over how long they become due, evenly, from now on. */
  readonly spreadMs?: number;
  /** How long ago, instead: all were due at that time. */
  readonly lateMs?: number;
}

/** A run that was made, with its person. */
export interface DueRun extends Record<string, unknown> {
  readonly contactId: string;
  readonly dueAt: Date;
}

/** A database with stores whose runs become due; the way to it survives that it goes and comes back. */
export class ShopInTrouble {
  readonly sql: EngineDatabase;

  constructor(url: string) {
    this.sql = new EngineDatabase(makePool(url, 'touchmap_engine', 4));
  }

  /** A store where both scenarios are published. */
  async store(): Promise<TestStore> {
    const store = await aStore(this.sql);
    for (const document of [MARKETING, SERVICE]) await aScenario(this.sql, store, document);
    return store;
  }

  /** Runs in front of their letter, each of a person of its own whose address is `<person>@<environment>.example`. */
  async dueRuns(
    { liveId, storeId }: TestStore,
    { key, messageClass }: { readonly key: string; readonly messageClass: string },
    { count, spreadMs = 0, lateMs = 0 }: DueRuns,
  ): Promise<readonly DueRun[]> {
    return this.sql.query(DUE_RUNS, [liveId, storeId, key, messageClass, count, spreadMs, lateMs]);
  }

  /** What must become durable although the database comes and goes. */
  async surely<T>(work: () => Promise<T>): Promise<T> {
    for (;;)
      try {
        return await work();
      } catch (error) {
        if (this.sql.pool.ended) throw error;
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
  }

  /** Takes an order as ingest does: under the person's lock. */
  order(environmentId: string, contactId: string): Promise<void> {
    return this.sql.transaction(async (tx) => {
      await lockContacts(tx, [{ environmentId, contactId }]);
      await anUnprocessedEvent(tx, environmentId, contactId, 'order.placed', { orderId: newId() });
    });
  }

  /** Lets SendGrid's reports of the store in, signed with this key; the connector's id. */
  async connector({ liveId }: TestStore, publicKey: string): Promise<string> {
    const id = newId();
    await this.sql.query(
      `INSERT INTO connectors (environment_id, id, kind, name, public_key) VALUES ($1, $2, 'sendgrid', 'SendGrid', $3)`,
      [liveId, id, publicKey],
    );
    return id;
  }

  close(): Promise<void> {
    return this.sql.pool.end();
  }
}

const DUE_RUNS = `
WITH person AS (
  INSERT INTO contacts (environment_id, id, email, email_key, marketing_consent)
  SELECT $1::uuid, id, id || '@' || $1 || '.example', id || '@' || $1 || '.example', true
  FROM (SELECT gen_random_uuid() AS id FROM generate_series(1, $5::int)) AS new
  RETURNING id),
numbered AS (SELECT id, row_number() OVER () AS n FROM person),
known AS (
  INSERT INTO contact_keys (environment_id, kind, key, contact_id)
  SELECT $1::uuid, 'email', id || '@' || $1 || '.example', id FROM person)
INSERT INTO enrollments (environment_id, id, store_id, clock, scenario_key, version, message_class, contact_id, subject, state,
  position, due_at, previous_at, entered_at, last_activity_at, event)
SELECT $1::uuid, gen_random_uuid(), $2, 'real', $3, 1, $4, id, id::text, 'waiting', '0', at, at - interval '1 minute',
  at - interval '1 minute', at - interval '1 minute',
  jsonb_build_object('id', id, 'type', 'cart.updated', 'at', to_char(at - interval '1 minute', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
    'data', jsonb_build_object('cartId', id))
FROM (SELECT id, clock_timestamp() - make_interval(secs => $7::float8 / 1000) + make_interval(secs => $6::float8 * n / $5::int / 1000) AS at
  FROM numbered) AS due
RETURNING contact_id AS "contactId", due_at AS "dueAt"`;
