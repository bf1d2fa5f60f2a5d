import { Injectable } from '@nestjs/common';
import { findContactId } from '../contacts/contact-lookup.js';
import type { MessageState } from '../domain/reasons.js';
import { RequestDatabase, type Scope } from '../platform/database/request-database.js';
import type { Sql } from '../platform/database/sql.js';
import { NotFound } from '../platform/http/domain-error.js';
import { type PageOf, pageOf, type PageQuery, unknownCursor } from '../platform/http/pages.js';
import { iso, MESSAGE_COLUMNS, messageView } from './message.view.js';
import type {
  DeliveryReportView,
  EngagementView,
  MessageDetailView,
  MessageRow,
  MessageView,
  SendAttemptView,
} from './message.view.js';
import { KEPT_COLUMNS, KeptLetters, type KeptRow } from '../templates/kept-letters.js';

/** What may be asked for of `delivery`: of these few letters there is an index. */
export const LOST_DELIVERIES = [
  'blocked',
  'bounced',
  'dropped',
  'complained',
] as const satisfies readonly MessageView['delivery'][];

export interface MessageFilter {
  /** E-mail address or id of a person. */
  readonly contact?: string | undefined;
  readonly scenario?: string | undefined;
  readonly step?: string | undefined;
  readonly state?: MessageState | undefined;
  readonly delivery?: (typeof LOST_DELIVERIES)[number] | undefined;
}

type Columns<T> = T & Record<string, unknown>;

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const INSTANT = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d{1,6})?\+00$/;

/** Shows letters and what became of them. */
@Injectable()
export class MessageReader {
  constructor(
    private readonly database: RequestDatabase,
    private readonly letters: KeptLetters,
  ) {}

  /** The newest first; an address that nobody has finds nothing. */
  list(scope: Scope, filter: MessageFilter, page: PageQuery): Promise<PageOf<MessageView>> {
    const { limit, after } = page;
    const [at = null, id = null] = after ?? [];
    if (after !== null && !(INSTANT.test(String(at)) && UUID.test(String(id)))) throw unknownCursor();
    return this.database.read(scope, async (tx) => {
      const { contact, scenario = null, step = null, state = null, delivery } = filter;
      const contactId = contact === undefined ? null : await findContactId(tx, scope.environmentId, contact);
      if (contact !== undefined && contactId === null) return { items: [], nextCursor: null };
      const rows = await tx.query<Columns<MessageRow & { readonly created: string }>>(
        delivery === undefined ? (state === 'planned' ? PLANNED : LIST) : LOST,
        [scope.environmentId, contactId, scenario, step, state, at, id, limit + 1, ...(delivery ? [delivery] : [])],
      );
      return pageOf(rows, page, (row) => [row.created, row.id], messageView);
    });
  }

  /** One letter with content, attempts, reports and engagements; throws NotFound. */
  async byId(scope: Scope, id: string): Promise<MessageDetailView> {
    if (!UUID.test(id)) throw new NotFound('message');
    return this.database.read(scope, async (tx) => {
      const key = [scope.environmentId, id.toLowerCase()];
      const [row] = await tx.query<Columns<MessageRow & BodyRow>>(BY_ID, key);
      if (!row) throw new NotFound('message');
      const { headers, links } = row;
      const letter = await this.letters.read(row);
      return {
        ...messageView(row),
        html: letter?.html ?? null,
        text: letter?.text ?? null,
        headers: headers ?? {},
        links: [...(links ?? [])],
        sendAttempts: await attempts(tx, key),
        deliveryReports: await deliveryReports(tx, key),
        engagements: await engagements(tx, key),
      };
    });
  }
}

interface BodyRow extends KeptRow {
  readonly headers: Record<string, string> | null;
}

interface AttemptRow extends Pick<SendAttemptView, 'attempt' | 'outcome' | 'status' | 'detail'> {
  readonly started_at: Date;
  readonly finished_at: Date | null;
}

async function attempts(tx: Sql, key: readonly string[]): Promise<SendAttemptView[]> {
  const rows = await tx.query<Columns<AttemptRow>>(
    `SELECT a.attempt, a.started_at, a.finished_at, a.outcome, a.status, a.detail FROM send_attempts AS a
     WHERE a.environment_id = $1 AND a.message_id = $2 ORDER BY a.attempt`,
    key,
  );
  return rows.map(({ attempt, outcome, status, detail, started_at, finished_at }) => ({
    attempt,
    startedAt: started_at.toISOString(),
    finishedAt: iso(finished_at),
    outcome,
    status,
    detail,
  }));
}

interface ReportRow extends Pick<DeliveryReportView, 'kind' | 'detail'> {
  readonly occurred_at: Date;
}

/** Opens and clicks that a provider reports besides are never counted, and not shown. */
async function deliveryReports(tx: Sql, key: readonly string[]): Promise<DeliveryReportView[]> {
  const rows = await tx.query<Columns<ReportRow>>(
    `SELECT p.kind, p.occurred_at, p.detail FROM provider_events AS p
     WHERE p.environment_id = $1 AND p.message_id = $2
       AND p.kind IN ('processed', 'deferred', 'delivered', 'blocked', 'bounced', 'dropped', 'complained')
     ORDER BY p.occurred_at, p.id`,
    key,
  );
  return rows.map(({ kind, occurred_at, detail }) => ({ kind, at: occurred_at.toISOString(), detail }));
}

interface EngagementRow extends Pick<EngagementView, 'action' | 'actor' | 'verdict' | 'url'> {
  readonly link_index: number | null;
  readonly occurred_at: Date;
}

async function engagements(tx: Sql, key: readonly string[]): Promise<EngagementView[]> {
  const rows = await tx.query<Columns<EngagementRow>>(
    `SELECT e.action, e.actor, e.verdict, e.link_index, e.url, e.occurred_at FROM engagements AS e
     WHERE e.environment_id = $1 AND e.message_id = $2 ORDER BY e.occurred_at, e.id`,
    key,
  );
  return rows.map(({ action, actor, verdict, link_index, url, occurred_at }) => ({
    action,
    actor,
    verdict,
    link: link_index,
    url,
    occurredAt: occurred_at.toISOString(),
  }));
}

// LATERAL … LIMIT 1 looks the person up by both parts of the key; joined, a planner that knows nothing of a young database yet read
// everybody of the environment for every letter.
const PERSON = `LEFT JOIN LATERAL (SELECT k.email FROM contacts AS k
  WHERE k.environment_id = m.environment_id AND k.id = m.contact_id LIMIT 1) AS c ON true`;

/** A page, and only of its letters the people; `words` say more of the letters. */
const list = (words: string): string => `
SELECT ${MESSAGE_COLUMNS}, (m.created_at AT TIME ZONE 'UTC')::text || '+00' AS created
FROM (SELECT m.* FROM messages AS m
  WHERE m.environment_id = $1 AND ($2::uuid IS NULL OR m.contact_id = $2) AND ($3::text IS NULL OR m.scenario_key = $3)
    AND ($4::text IS NULL OR m.step_id = $4) AND ($5::text IS NULL OR m.state = $5)
    AND ($6::timestamptz IS NULL OR (m.created_at, m.id) < ($6, $7::uuid)) ${words}
  ORDER BY m.created_at DESC, m.id DESC LIMIT $8) AS m
${PERSON}
ORDER BY m.created_at DESC, m.id DESC`;

const LIST = list('');
/** Each planned letter is in one of three indexes that hold no others. Only by their words the planner knows them; else it reads all. */
const PLANNED = list(`AND (m.held OR NOT m.held AND m.clock = 'real' OR NOT m.held AND m.clock = 'virtual')`);

/** By the words of their index too, as the planned ones. */
const LOST = list('AND m.delivery = $9 AND (m.bounced_at IS NOT NULL OR m.complained_at IS NOT NULL)');

const BY_ID = `
SELECT ${MESSAGE_COLUMNS}, ${KEPT_COLUMNS}, b.headers FROM messages AS m
${PERSON}
LEFT JOIN message_bodies AS b ON b.environment_id = m.environment_id AND b.message_id = m.id
WHERE m.environment_id = $1 AND m.id = $2`;
