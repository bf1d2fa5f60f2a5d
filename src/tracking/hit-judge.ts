import { Injectable } from '@nestjs/common';
import { isbot } from 'isbot';
import { LRUCache } from 'lru-cache';
import { judge } from '../domain/machine.js';
import type { Sql } from '../platform/database/sql.js';
import type { Hit, JudgedHit } from './hit.js';

const REMEMBERED_LETTERS = 20_000;

/** Tells people from machines, for groups of hits. */
@Injectable()
export class HitJudge {
  /** When letters went out, null for a sandbox's: somebody who opens a letter often clicks in it next. */
  private readonly sentAt = new LRUCache<string, { readonly at: Date | null }>({ max: REMEMBERED_LETTERS });

  /**
   * When a letter was sent is read here and not at the hit, so that the answer to the recipient needs no look-up. A
   * sandbox's clock stands, so the pause since the sending says nothing there.
   */
  async judge(sql: Sql, hits: readonly Hit[]): Promise<JudgedHit[]> {
    await this.learn(sql, hits);
    return hits.map((hit) => {
      const { id, environmentId, messageId, action, linkIndex, url, receivedAt, userAgent } = hit;
      const { actor, verdict } = judge({
        action,
        method: hit.method,
        userAgent,
        knownBot: userAgent !== null && isbot(userAgent),
        purpose: hit.purpose,
        sentAt: this.sentAt.get(messageId)?.at ?? null,
        at: new Date(receivedAt),
      });
      return { id, environmentId, messageId, action, actor, verdict, linkIndex, url, receivedAt, userAgent };
    });
  }

  private async learn(sql: Sql, hits: readonly Hit[]): Promise<void> {
    const unknown = hits.filter(({ messageId }) => !this.sentAt.has(messageId));
    if (unknown.length === 0) return;
    const rows = await sql.query<{ id: string; sent_at: Date; clock: string }>(
      SENT_AT,
      [unknown.map((hit) => hit.environmentId), unknown.map((hit) => hit.messageId)],
      'engagements.sent_at',
    );
    for (const row of rows) this.sentAt.set(row.id, { at: row.clock === 'real' ? row.sent_at : null });
  }
}

const SENT_AT = `
SELECT m.id, m.sent_at, m.clock
FROM unnest($1::uuid[], $2::uuid[]) AS hit(environment_id, message_id)
CROSS JOIN LATERAL (SELECT id, sent_at, clock FROM messages
  WHERE environment_id = hit.environment_id AND id = hit.message_id LIMIT 1) m
WHERE m.sent_at IS NOT NULL`;
