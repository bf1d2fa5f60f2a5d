import { Injectable } from '@nestjs/common';
import os from 'node:os';
import { EngineDatabase } from '../../platform/database/engine-database.js';
import type { Sql } from '../../platform/database/sql.js';
import { newId } from '../../platform/ids.js';
import type { Finding, Notice } from './finding.js';

export type ChannelName = 'mail' | 'webhook';

/** A notice that this process holds until its next attempt is due. */
export interface ClaimedNotice extends Notice {
  readonly channel: ChannelName;
}

/** The first try again comes after a minute, later ones after twice as long, an hour at most. */
const MOST_ATTEMPTS = 12;

/** Keeps what is wrong as episodes: the first process that sees a trouble makes its notices, no second one does. */
@Injectable()
export class Episodes {
  constructor(private readonly db: EngineDatabase) {}

  /** Opens what is new, and ends what nobody has seen for three minutes. Answers how many episodes began and ended. */
  async record(
    findings: readonly Finding[],
    channels: readonly ChannelName[],
  ): Promise<{ readonly opened: number; readonly recovered: number }> {
    return this.db.transaction(async (tx) => {
      const seen = await tx.query<{ id: string; opened: boolean }>(SEE, [
        JSON.stringify(findings.map((finding) => ({ id: newId(), ...finding }))),
      ]);
      const opened = seen.filter((row) => row.opened).map(({ id }) => id);
      const recovered = (await tx.query<{ id: string }>(RECOVER, [os.hostname()])).map(({ id }) => id);
      await announce(tx, opened, 'opened', channels);
      await announce(tx, recovered, 'recovered', channels);
      await tx.query(FORGET);
      return { opened: opened.length, recovered: recovered.length };
    });
  }

  /**
   * The next notice that is due, claimed: should this process die, it is due again with its next attempt. That an episode is over is told
   * only when its beginning was told or given up.
   */
  async claim(channels: readonly ChannelName[]): Promise<ClaimedNotice | null> {
    const [notice] = await this.db.query<ClaimedNotice & Record<string, unknown>>(CLAIM, [channels, MOST_ATTEMPTS]);
    return notice ?? null;
  }

  /** It went out. */
  async sent({ id, event, channel }: ClaimedNotice): Promise<void> {
    await this.db.query(SENT, [id, event, channel]);
  }
}

async function announce(
  tx: Sql,
  ids: readonly string[],
  event: Notice['event'],
  channels: readonly ChannelName[],
): Promise<void> {
  if (ids.length > 0) await tx.query(ANNOUNCE, [ids, event, channels]);
}

const SEE = `
INSERT INTO alerts (id, kind, subject, text, host)
SELECT v.id, v.kind, v.subject, v.text, v.host
FROM json_to_recordset($1::json) AS v (id uuid, kind text, subject text, text text, host text)
ORDER BY v.kind, v.subject
ON CONFLICT (kind, subject) WHERE recovered_at IS NULL DO UPDATE SET seen_at = clock_timestamp()
RETURNING id, xmax = 0 AS opened`;

/** What only one machine can see ends there; when the machine itself is gone, after a day. */
const RECOVER = `
UPDATE alerts SET recovered_at = clock_timestamp()
WHERE recovered_at IS NULL AND seen_at < clock_timestamp() - CASE WHEN host IS NULL OR host = $1 THEN interval '3 minutes'
  ELSE interval '1 day' END
RETURNING id`;

const ANNOUNCE = `
INSERT INTO alert_notices (alert_id, event, channel)
SELECT a.id, $2, c.name FROM unnest($1::uuid[]) AS a (id) CROSS JOIN unnest($3::text[]) AS c (name)`;

const FORGET = `DELETE FROM alerts WHERE recovered_at < clock_timestamp() - interval '90 days'`;

const CLAIM = `
UPDATE alert_notices AS n SET attempts = n.attempts + 1,
  next_attempt_at = clock_timestamp() + least(interval '1 hour', interval '1 minute' * 2 ^ n.attempts)
FROM alerts AS a
WHERE a.id = n.alert_id AND (n.alert_id, n.event, n.channel) = (
  SELECT o.alert_id, o.event, o.channel FROM alert_notices AS o
  WHERE o.sent_at IS NULL AND o.next_attempt_at <= clock_timestamp() AND o.attempts < $2 AND o.channel = ANY ($1::text[])
    AND NOT (o.event = 'recovered' AND EXISTS (SELECT FROM alert_notices AS b
      WHERE b.alert_id = o.alert_id AND b.channel = o.channel AND b.event = 'opened' AND b.sent_at IS NULL
        AND (b.attempts < $2 OR b.next_attempt_at > clock_timestamp())))
  ORDER BY o.next_attempt_at, o.event LIMIT 1 FOR UPDATE SKIP LOCKED)
RETURNING a.id, n.event, n.channel, a.kind, a.subject, a.text, a.opened_at AS "openedAt", a.recovered_at AS "recoveredAt"`;

const SENT = `UPDATE alert_notices SET sent_at = clock_timestamp() WHERE alert_id = $1 AND event = $2 AND channel = $3`;
