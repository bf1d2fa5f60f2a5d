import { isbot } from 'isbot';
import { judge } from '../domain/machine.js';
import type { Sql } from '../platform/database/sql.js';
import type { Hit, JudgedHit } from './hit.js';

/**
 * Tells people from machines for a group of hits. When a letter was sent is read here and not at the hit, so that the
 * answer to the recipient needs no look-up. A sandbox's clock stands, so the pause since the sending says nothing there.
 */
export async function judgeHits(sql: Sql, hits: readonly Hit[]): Promise<JudgedHit[]> {
  const sentAt = await sentAtOf(sql, hits);
  return hits.map((hit) => {
    const { id, environmentId, messageId, action, linkIndex, url, receivedAt, userAgent } = hit;
    const { actor, verdict } = judge({
      action,
      method: hit.method,
      userAgent,
      knownBot: userAgent !== null && isbot(userAgent),
      purpose: hit.purpose,
      sentAt: sentAt.get(messageId) ?? null,
      at: new Date(receivedAt),
    });
    return { id, environmentId, messageId, action, actor, verdict, linkIndex, url, receivedAt, userAgent };
  });
}

async function sentAtOf(sql: Sql, hits: readonly Hit[]): Promise<ReadonlyMap<string, Date>> {
  const rows = await sql.query<{ id: string; sent_at: Date }>(
    SENT_AT,
    [hits.map((hit) => hit.environmentId), hits.map((hit) => hit.messageId)],
    'engagements.sent_at',
  );
  return new Map(rows.map((row) => [row.id, row.sent_at]));
}

const SENT_AT = `
SELECT m.id, m.sent_at
FROM unnest($1::uuid[], $2::uuid[]) AS hit(environment_id, message_id)
CROSS JOIN LATERAL (SELECT id, sent_at, clock FROM messages
  WHERE environment_id = hit.environment_id AND id = hit.message_id LIMIT 1) m
WHERE m.sent_at IS NOT NULL AND m.clock = 'real'`;
