import { SHOWN_SENT_AT } from '../delivery/message.view.js';
import { blindKeySql } from '../platform/blind-keys.js';
import { KEPT_COLUMNS } from '../templates/kept-letters.js';

/**
 * What is kept about a contact, section by section: `$1` environment, `$2` contact, `$3` the position behind which the page
 * begins, `$4` rows a page. `key` is a row's position, `item` what is exported. Keyset pages and not one cursor: no
 * transaction stays open as long as a slow reader reads.
 */
export interface ExportSection {
  readonly name: string;
  readonly sql: string;
  /** The position before every row. */
  readonly first: readonly string[];
  /** There may be very many of a person: a page is read where it lies in the index, and nothing is sorted. */
  readonly isLong?: true;
  /** The address is looked for behind its blind key too, as it is kept of somebody erased: `$5` and `$6` are its pads. */
  readonly isBlind?: true;
}

function iso(column: string): string {
  return `to_char(${column} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;
}

const NIL = '00000000-0000-0000-0000-000000000000';
const behind = (id: string): string => `${id} > ($3::text[])[1]::uuid ORDER BY ${id} LIMIT $4`;

/** Few enough a person to be sorted for each page. Ids are UUIDv7, so rows stand about in the order of time. */
const byId = (name: string, sql: string): ExportSection => ({ name, sql, first: [NIL] });

/** In the order of the document. */
export const EXPORT_SECTIONS: readonly ExportSection[] = [
  byId(
    'consents',
    `SELECT ARRAY[s.id::text] AS key, jsonb_build_object('purpose', s.purpose, 'granted', s.granted, 'source', s.source,
        'at', ${iso('s.occurred_at')}, 'receivedAt', ${iso('s.received_at')}, 'event', s.event_id, 'evidence', s.evidence) AS item
      FROM consents s WHERE s.environment_id = $1 AND s.contact_id = $2 AND ${behind('s.id')}`,
  ),
  {
    ...byId(
      'suppressions',
      `SELECT ARRAY[k.id::text] AS key, jsonb_build_object('email', coalesce(s.email, k.email), 'reason', s.reason,
          'at', ${iso('s.created_at')}) AS item
        FROM contacts k CROSS JOIN LATERAL (SELECT s.* FROM suppressions s WHERE s.environment_id = k.environment_id
          AND s.email_key IN (k.email_key, ${blindKeySql('k.email_key', '$5', '$6')}) ORDER BY s.email LIMIT 1) s
        WHERE k.environment_id = $1 AND k.id = $2 AND ${behind('k.id')}`,
    ),
    isBlind: true,
  },
  {
    name: 'events',
    // In the order of their index: somebody may have a hundred thousand of them.
    sql: `SELECT ARRAY[e.type, e.occurred_at::text, e.id::text] AS key, jsonb_build_object('id', e.key, 'type', e.type,
        'occurredAt', ${iso('e.occurred_at')}, 'receivedAt', ${iso('e.received_at')}, 'data', e.data,
        'outcomes', coalesce(e.outcomes, '[]')) AS item
      FROM storefront_events e WHERE e.environment_id = $1 AND e.contact_id = $2
        AND (e.type, e.occurred_at) >= (($3::text[])[1], ($3::text[])[2]::timestamptz)
        AND (e.type, e.occurred_at, e.id) > (($3::text[])[1], ($3::text[])[2]::timestamptz, ($3::text[])[3]::uuid)
      ORDER BY e.type, e.occurred_at, e.id LIMIT $4`,
    first: ['', '-infinity', NIL],
    isLong: true,
  },
  byId(
    'enrollments',
    `SELECT ARRAY[r.id::text] AS key, jsonb_build_object('id', r.id, 'scenario', r.scenario_key, 'version', r.version, 'subject', r.subject,
        'state', r.state, 'enteredAt', ${iso('r.entered_at')}, 'endedAt', ${iso('r.ended_at')}, 'endReason', r.end_reason,
        'holdout', r.holdout, 'variant', r.variant, 'event', r.event, 'steps', coalesce((
          SELECT jsonb_agg(jsonb_build_object('step', s.step_id, 'outcome', s.outcome, 'reason', s.reason, 'field', s.field, 'at', ${iso('s.at')})
            ORDER BY s.at, s.id)
          FROM enrollment_steps s WHERE s.environment_id = r.environment_id AND s.enrollment_id = r.id), '[]')) AS item
      FROM enrollments r WHERE r.environment_id = $1 AND r.contact_id = $2 AND ${behind('r.id')}`,
  ),
  byId(
    'messages',
    `SELECT ARRAY[m.id::text] AS key, jsonb_build_object('id', m.id, 'scenario', m.scenario_key, 'step', m.step_id, 'class', m.message_class,
        'state', m.state, 'reason', m.reason, 'detail', m.detail, 'to', m.to_address, 'subject', m.subject, 'locale', m.locale,
        'sentAt', ${iso(`(${SHOWN_SENT_AT})`)}, 'deliveredAt', ${iso('m.delivered_at')}, 'bouncedAt', ${iso('m.bounced_at')},
        'complainedAt', ${iso('m.complained_at')}, 'unsubscribedAt', ${iso('m.unsubscribed_at')}, 'headers', b.headers,
        'links', b.links) AS item, ${KEPT_COLUMNS}
      FROM messages m LEFT JOIN message_bodies b ON b.environment_id = m.environment_id AND b.message_id = m.id
      WHERE m.environment_id = $1 AND m.contact_id = $2 AND ${behind('m.id')}`,
  ),
  byId(
    'engagements',
    `SELECT ARRAY[g.id::text] AS key, jsonb_build_object('message', g.message_id, 'action', g.action, 'actor', g.actor, 'verdict', g.verdict,
        'link', g.link_index, 'url', g.url, 'userAgent', g.user_agent, 'at', ${iso('g.occurred_at')}) AS item
      FROM messages m JOIN engagements g ON g.environment_id = m.environment_id AND g.message_id = m.id
      WHERE m.environment_id = $1 AND m.contact_id = $2 AND ${behind('g.id')}`,
  ),
  byId(
    'providerReports',
    `SELECT ARRAY[p.id::text] AS key, jsonb_build_object('message', p.message_id, 'kind', p.kind, 'at', ${iso('p.occurred_at')},
        'detail', p.detail) AS item
      FROM messages m JOIN provider_events p ON p.environment_id = m.environment_id AND p.message_id = m.id
      WHERE m.environment_id = $1 AND m.contact_id = $2 AND ${behind('p.id')}`,
  ),
  byId(
    'conversions',
    `SELECT ARRAY[c.event_id::text] AS key, jsonb_build_object('event', c.event_id, 'type', c.type, 'at', ${iso('c.occurred_at')},
        'state', c.state, 'message', c.message_id, 'goal', c.credited_for, 'data', c.data) AS item
      FROM conversions c WHERE c.environment_id = $1 AND c.contact_id = $2 AND ${behind('c.event_id')}`,
  ),
];
