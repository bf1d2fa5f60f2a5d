import { Injectable } from '@nestjs/common';
import { findContactId } from '../contacts/contact-lookup.js';
import { nearestType } from '../domain/nearest-type.js';
import { BlindKeys } from '../platform/blind-keys.js';
import type { Sql } from '../platform/database/sql.js';
import { RequestDatabase, type Scope } from '../platform/database/request-database.js';
import { NotFound } from '../platform/http/domain-error.js';
import { encodeCursor, type PageOf, pageOf, type PageQuery, unknownCursor } from '../platform/http/pages.js';
import type { EventOutcomeView, EventView } from './event.view.js';
import { storedKeys } from './stored-keys.js';

export interface EventFilter {
  /** E-mail address or id. */
  readonly contact?: string;
  readonly type?: string;
}

interface EventRow {
  readonly id: string;
  readonly key: string;
  readonly type: string;
  readonly occurred_at: Date;
  readonly received_at: Date;
  readonly contact_id: string;
  readonly data: Record<string, unknown>;
  readonly processed_at: Date | null;
  readonly outcomes: EventOutcomeView[] | null;
  readonly identity_conflict: boolean;
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const COLUMNS = `e.id, e.key, e.type, e.occurred_at, e.received_at, e.contact_id, e.data, e.processed_at, e.outcomes, e.identity_conflict`;

/** How many events a page looks at for those of a type: some tenths of a second of reading. */
const STEP = 100_000;
/** The events of a type among the newest $5, and the last of these whatever its type. It ends as soon as the page is full. */
const OF_TYPE = `
WITH newest AS (
  SELECT id, received_at, type FROM storefront_events
  WHERE environment_id = $1 AND ($3::uuid IS NULL OR id < $3) ORDER BY id DESC LIMIT $5
), placed AS (
  SELECT id, received_at, type, row_number() OVER (ORDER BY id DESC) AS place FROM newest
), found AS (
  SELECT id, received_at, place FROM placed WHERE type = $2 OR place = $5 ORDER BY id DESC LIMIT $4
)
SELECT ${COLUMNS}, f.place = $5 AS is_last
FROM found f JOIN storefront_events e ON e.environment_id = $1 AND e.id = f.id AND e.received_at = f.received_at
ORDER BY e.id DESC`;

/** Tells what was received and what each event did. */
@Injectable()
export class EventReader {
  constructor(
    private readonly database: RequestDatabase,
    private readonly blind: BlindKeys,
  ) {}

  /**
   * The newest first, by their time-ordered ids, which the primary key has in order in every month's partition. Of a type alone a page
   * looks at `step` events at most: a cursor then tells where to look on, also behind a page that is not full, or empty.
   */
  list(scope: Scope, { contact, type }: EventFilter, page: PageQuery, step = STEP): Promise<PageOf<EventView>> {
    return this.database.read(scope, async (tx) => {
      const contactId = contact === undefined ? null : await findContactId(tx, scope.environmentId, contact);
      if (contact !== undefined && contactId === null) return { items: [], nextCursor: null };
      const before = page.after === null ? null : String(page.after[0]);
      if (before !== null && !UUID.test(before)) throw unknownCursor();
      if (contactId === null && type !== undefined) return ofType(tx, scope, type, { before, page, step });
      const rows = await tx.query<EventRow & Record<string, unknown>>(
        `SELECT ${COLUMNS} FROM storefront_events e WHERE e.environment_id = $1
           AND ($2::uuid IS NULL OR e.contact_id = $2) AND ($3::text IS NULL OR e.type = $3) AND ($4::uuid IS NULL OR e.id < $4)
         ORDER BY e.id DESC LIMIT $5`,
        [scope.environmentId, contactId, type ?? null, before, page.limit + 1],
      );
      return pageOf(rows, page, (row) => [row.id], viewOf);
    });
  }

  /** By the client's id (as long as it is remembered: 90 days) or by ours; throws NotFound. */
  byId(scope: Scope, id: string): Promise<EventView> {
    return this.database.read(scope, async (tx) => {
      const isOurs = UUID.test(id);
      const [row] = id.includes('\0')
        ? []
        : await tx.query<EventRow & Record<string, unknown>>(
            `SELECT ${COLUMNS} FROM event_keys k JOIN storefront_events e
               ON e.environment_id = k.environment_id AND e.id = k.event_id AND e.received_at = k.received_at
             WHERE k.environment_id = $1 AND k.key = ANY ($2::text[])
             ${isOurs ? `UNION ALL SELECT ${COLUMNS} FROM storefront_events e WHERE e.environment_id = $1 AND e.id = $3::uuid LIMIT 1` : ''}`,
            [scope.environmentId, storedKeys(id, this.blind), ...(isOurs ? [id] : [])],
          );
      if (!row) throw new NotFound('event');
      return viewOf(row);
    });
  }
}

/** There is no index by type, as every event would pay for it: a rare type is looked for among the newest events before the cursor. */
async function ofType(
  tx: Sql,
  { environmentId }: Scope,
  type: string,
  { before, page, step }: { readonly before: string | null; readonly page: PageQuery; readonly step: number },
): Promise<PageOf<EventView>> {
  const rows = await tx.query<EventRow & { readonly is_last: boolean; readonly [column: string]: unknown }>(OF_TYPE, [
    environmentId,
    type,
    before,
    page.limit + 1,
    step,
  ]);
  const told = pageOf(
    rows.filter((row) => row.type === type),
    page,
    (row) => [row.id],
    viewOf,
  );
  const last = rows.at(-1);
  return told.nextCursor === null && last?.is_last ? { ...told, nextCursor: encodeCursor(page.list, [last.id]) } : told;
}

function viewOf(row: EventRow): EventView {
  const outcomes = row.outcomes ?? [];
  const nearly = outcomes.length === 0 ? nearestType(row.type) : null;
  return {
    id: row.key,
    type: row.type,
    occurredAt: row.occurred_at.toISOString(),
    receivedAt: row.received_at.toISOString(),
    contact: row.contact_id,
    data: row.data,
    state: row.processed_at === null ? 'received' : 'processed',
    outcomes,
    warnings: row.identity_conflict ? ['identity_conflict'] : [],
    ...(nearly === null ? {} : { nearly }),
  };
}
