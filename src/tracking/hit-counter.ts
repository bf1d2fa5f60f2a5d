import { Injectable } from '@nestjs/common';
import { Watermark } from '../enrollments/watermark.js';
import { ProcessClock } from '../platform/clock/clock.js';
import { codeOf, EngineDatabase, HELD_MS, IS_HELD, waitAtMost } from '../platform/database/engine-database.js';

/** Groups of hits that are counted in one transaction: some thousands of hits under load, whose letters it locks meanwhile. */
const MAX_GROUPS = 100;
/** Groups are queued and committed within a second; those that took longer are found by the scan once a minute. */
const MARGIN_MS = 10_000;

/**
 * Counts stored hits on their letters (docs/adr/0013). Several processes share the work; a group is counted in the transaction
 * that takes it out of the queue, so once.
 */
@Injectable()
export class HitCounter {
  private readonly watermark: Watermark;

  constructor(
    private readonly database: EngineDatabase,
    clock: ProcessClock,
  ) {
    this.watermark = new Watermark(clock, MARGIN_MS);
  }

  /** Counts what is queued, of every environment, batch by batch, until `stop`. */
  async drain(stop: AbortSignal, progress: () => void): Promise<void> {
    for (let taken = MAX_GROUPS; taken === MAX_GROUPS && !stop.aborted;) {
      const batch = await this.countFree([this.watermark.from(), MAX_GROUPS]);
      taken = batch.taken;
      if (batch.oldest) this.watermark.reached(batch.oldest);
      progress();
    }
  }

  /** Counts everything queued of one environment; when it resolves, what others were counting of it is counted as well. */
  async countAll(environmentId: string): Promise<void> {
    while ((await this.count(COUNT_ALL, [environmentId, MAX_GROUPS])).taken > 0);
  }

  /** A session that keeps a letter's row keeps the hits of that letter from being counted, and no others. */
  private async countFree(values: readonly unknown[]): Promise<Batch> {
    try {
      return await this.database.transaction(async (tx) => {
        await waitAtMost(tx, HELD_MS);
        return (await tx.query<Batch>(COUNT_FREE, values))[0]!;
      });
    } catch (error) {
      if (codeOf(error) !== IS_HELD) throw error;
      return this.count(COUNT_AROUND, values);
    }
  }

  private count(text: string, values: readonly unknown[]): Promise<Batch> {
    return this.database.transaction(async (tx) => (await tx.query<Batch>(text, values))[0]!);
  }
}

interface Batch {
  /** Groups taken out of the queue. */
  readonly taken: number;
  /** When the first of them was queued. */
  readonly oldest: Date | null;
}

/**
 * By deltas, as many as hits were stored, and not by counting the letters' engagements anew: those of closed months are
 * dropped, and a letter that is opened after a year must not lose what was counted before. A delta is applied in the
 * transaction that deletes it, so neither missed nor repeated. Letters are locked in the order of their ids, as every writer of
 * messages does. Hits of letters that are gone count nothing; those of letters that are not locked are queued again.
 */
const count = (which: string, how: '' | 'SKIP LOCKED'): string => `
WITH taken AS (
  DELETE FROM uncounted_hits
  WHERE (queued_at, id) IN (SELECT queued_at, id FROM uncounted_hits WHERE ${which})
  RETURNING environment_id, queued_at, message_ids, acts, occurred_ats
), tally AS MATERIALIZED (
  SELECT environment_id, message_id,
    count(*) FILTER (WHERE act = 'open') AS opens,
    count(*) FILTER (WHERE act = 'click') AS clicks,
    count(*) FILTER (WHERE act = 'machine_open') AS machine_opens,
    count(*) FILTER (WHERE act = 'machine_click') AS machine_clicks,
    min(occurred_at) FILTER (WHERE act = 'open') AS opened_at,
    min(occurred_at) FILTER (WHERE act = 'click') AS clicked_at,
    min(occurred_at) FILTER (WHERE act = 'machine_open') AS machine_opened_at,
    min(occurred_at) FILTER (WHERE act = 'machine_click') AS machine_clicked_at
  FROM taken CROSS JOIN unnest(message_ids, acts, occurred_ats) AS h(message_id, act, occurred_at)
  GROUP BY environment_id, message_id
), free AS MATERIALIZED (
  SELECT m.environment_id, m.id FROM tally t
  JOIN messages m ON m.environment_id = t.environment_id AND m.id = t.message_id
  ORDER BY m.environment_id, m.id FOR NO KEY UPDATE OF m ${how}
), put_back AS (
  INSERT INTO uncounted_hits (environment_id, message_ids, acts, occurred_ats)
  SELECT environment_id, array_agg(message_id), array_agg(act), array_agg(occurred_at)
  FROM taken CROSS JOIN unnest(message_ids, acts, occurred_ats) AS h(message_id, act, occurred_at)
  WHERE (environment_id, message_id) NOT IN (SELECT f.environment_id, f.id FROM free f)
    AND EXISTS (SELECT FROM messages m WHERE m.environment_id = taken.environment_id AND m.id = h.message_id)
  GROUP BY environment_id
), counted AS (
  UPDATE messages m
  SET opens = m.opens + t.opens,
    clicks = m.clicks + t.clicks,
    machine_opens = m.machine_opens + t.machine_opens,
    machine_clicks = m.machine_clicks + t.machine_clicks,
    first_opened_at = least(m.first_opened_at, t.opened_at),
    first_clicked_at = least(m.first_clicked_at, t.clicked_at),
    first_machine_opened_at = least(m.first_machine_opened_at, t.machine_opened_at),
    first_machine_clicked_at = least(m.first_machine_clicked_at, t.machine_clicked_at)
  FROM tally t JOIN free f ON f.environment_id = t.environment_id AND f.id = t.message_id
  WHERE m.environment_id = t.environment_id AND m.id = t.message_id
  RETURNING m.environment_id, m.scenario_key, m.step_id, m.sent_on, m.contact_id, least(t.opened_at, t.clicked_at) AS acted_at
), dirty AS (
  INSERT INTO stats_dirty (environment_id, scenario_key, step_id, day, contact_id, acted_at)
  SELECT environment_id, scenario_key, step_id, sent_on, contact_id, acted_at
  FROM counted
  WHERE scenario_key IS NOT NULL AND step_id IS NOT NULL AND sent_on IS NOT NULL
)
SELECT count(*)::integer AS taken, min(queued_at) AS oldest FROM taken`;

const FREE_GROUPS = `queued_at >= $1::timestamptz ORDER BY queued_at, id LIMIT $2 FOR UPDATE SKIP LOCKED`;
const COUNT_FREE = count(FREE_GROUPS, '');
/** Waits for no letter: several processes that count hits of one letter would only pass them to one another. */
const COUNT_AROUND = count(FREE_GROUPS, 'SKIP LOCKED');
/** Waits for what another one is counting, and for letters. */
const COUNT_ALL = count(`environment_id = $1 ORDER BY queued_at, id LIMIT $2 FOR UPDATE`, '');
