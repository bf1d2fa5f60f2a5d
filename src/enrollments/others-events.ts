import type { CompiledScenario } from '../domain/compiled-scenario.js';
import type { Sql } from '../platform/database/sql.js';
import type { InboxEvent } from './inbox.js';
import type { StoredEvent } from './stored-events.js';

/** An event of somebody, as far as somebody else's entry looks at it. */
export type OthersEvent = Pick<StoredEvent, 'contactId' | 'facts'>;

/** An event that would start something unless somebody ended it already. */
export interface SubjectStart {
  readonly event: Pick<InboxEvent, 'environmentId' | 'occurredAt'>;
  readonly compiled: CompiledScenario;
}

/** Bounds what a store with very many orders can make a batch read; the newest count. */
const MOST_EVENTS = 5_000;

/** The types of a scenario's exits that reach other people's runs. */
export function sharedExitTypes({ exits }: CompiledScenario): string[] {
  return exits.filter((exit) => exit.subject).map((exit) => exit.event);
}

/**
 * Batches that begin runs which somebody else's event may end, and batches with such events, go one after the other in an
 * environment: otherwise each could look before the other has written. After contacts and runs in the order of locks; whoever
 * holds it waits for nothing more.
 */
export async function lockSubjects(tx: Sql, environmentIds: Iterable<string>): Promise<void> {
  const environments = [...new Set(environmentIds)].sort();
  for (const id of environments)
    await tx.query(`SELECT pg_advisory_xact_lock(hashtextextended('touchmap.subjects ' || $1, 0))`, [id]);
}

/**
 * Everybody's events that may end what begins here, since the earliest start of each environment, by environment: all stored orders,
 * and what was applied of other types. One of those that still waits in the inbox finds the run when it is applied.
 */
export async function readOthersEvents(
  tx: Sql,
  clock: 'real' | 'virtual',
  starts: readonly SubjectStart[],
): Promise<ReadonlyMap<string, readonly OthersEvent[]>> {
  const asked = new Map<string, { environmentId: string; types: Set<string>; since: Date }>();
  for (const { event, compiled } of starts) {
    const types = sharedExitTypes(compiled);
    const known = asked.get(event.environmentId);
    if (types.length === 0) continue;
    const since = known && known.since < event.occurredAt ? known.since : event.occurredAt;
    const all = new Set([...(known?.types ?? []), ...types]);
    asked.set(event.environmentId, { environmentId: event.environmentId, types: all, since });
  }
  const found = new Map<string, OthersEvent[]>();
  for (const { environmentId, types, since } of asked.values()) {
    const rows = await tx.query<Row>(clock === 'real' ? READ_REAL : READ, [environmentId, [...types], since]);
    found.set(
      environmentId,
      rows.map((row) => ({
        contactId: row.contact_id,
        facts: { id: row.key, type: row.type, at: row.occurred_at.toISOString(), data: row.data },
      })),
    );
  }
  return found;
}

interface Row extends Record<string, unknown> {
  readonly contact_id: string;
  readonly id: string;
  readonly key: string;
  readonly type: string;
  readonly occurred_at: Date;
  readonly data: Record<string, unknown>;
}

/**
 * Two indexes, told by the literal predicates: of orders, and of what was marked when it was applied. Nothing happens more than five
 * minutes after it was received.
 */
const read = (bound: string): string => `
SELECT s.contact_id, s.id, s.key, s.type, s.occurred_at, s.data FROM storefront_events AS s
WHERE s.environment_id = $1 AND s.type = ANY ($2::text[]) AND s.occurred_at >= $3::timestamptz ${bound} AND s.type LIKE 'order.%'
UNION ALL
SELECT s.contact_id, s.id, s.key, s.type, s.occurred_at, s.data FROM storefront_events AS s
WHERE s.environment_id = $1 AND s.type = ANY ($2::text[]) AND s.occurred_at >= $3::timestamptz ${bound} AND s.type NOT LIKE 'order.%'
  AND s.ends_others
ORDER BY occurred_at DESC LIMIT ${MOST_EVENTS}`;

const READ = read('');
const READ_REAL = read(`AND s.received_at >= $3::timestamptz - interval '10 minutes'`);
