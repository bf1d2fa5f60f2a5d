import { Injectable } from '@nestjs/common';
import { laneNow, type Lane } from '../platform/clock/lane.js';
import { EngineDatabase } from '../platform/database/engine-database.js';
import { newId } from '../platform/ids.js';
import { WorkerIncarnation } from '../platform/worker-incarnation.js';
import { LONGEST_MS } from './backoff.js';
import type { Claim, ClaimedMessage } from './claimed-message.js';
import { DeliveryTimes } from './delivery-times.js';
import { DueWatermark } from './due-watermark.js';

/** Takes due letters for this process, and gives back those that it does not send after all. */
@Injectable()
export class Claims {
  constructor(
    private readonly db: EngineDatabase,
    private readonly worker: WorkerIncarnation,
    private readonly times: DeliveryTimes,
    private readonly watermark: DueWatermark,
  ) {}

  /**
   * Claims about `limit` letters that are due in the lane, leaving out stores whose mail is kept back (real lane). Service mail is
   * taken first, however much other mail is due for longer; a third of the limit at least is for those due first, whatever they
   * are. They go in the order of `inTurn`, as where a rate is set: a transport takes some at a time.
   */
  async take(lane: Lane, limit: number, shutStores: readonly string[]): Promise<Claim> {
    const token = newId();
    const now = await laneNow(this.db, lane);
    const claim = [token, this.worker.id, this.times.leaseMs, limit, now];
    if (lane.clock === 'virtual')
      return { token, messages: inTurn(await this.db.query(CLAIM_VIRTUAL, [...claim, lane.environmentId])) };
    const from = this.watermark.from();
    const least = Math.ceil(limit / 3);
    const taken = await this.db.query<TakenMessage>(CLAIM_REAL, [...claim, from, shutStores, least]);
    const inOrder = taken.filter(({ ahead }) => !ahead);
    const places = Math.max(least, limit - (taken.length - inOrder.length));
    this.watermark.reached(inOrder.length < places ? now : latest(inOrder, now));
    return { token, messages: inTurn(taken) };
  }

  /**
   * Lets go of claimed rows: back to `planned`, to be claimed again after `delayMs` of the database's time. A row that somebody holds is
   * not waited for: it is claimed again once its lease is over.
   */
  async giveBack(token: string, messages: readonly ClaimedMessage[], delayMs: number): Promise<void> {
    if (messages.length === 0) return;
    for (const { dueAt } of messages) this.watermark.lower(dueAt);
    await this.db.query(GIVE_BACK, [token, messages.map(({ id }) => id), delayMs]);
  }
}

/** `ahead`: service mail that did not wait for its place among all that is due. */
type TakenMessage = ClaimedMessage & { readonly ahead: boolean };

/** The statement returns them as they lie in the table. */
function inTurn(messages: readonly ClaimedMessage[]): readonly ClaimedMessage[] {
  const rank = ({ messageClass }: ClaimedMessage): number => (messageClass === 'service' ? 0 : 1);
  return messages.toSorted((a, b) => rank(a) - rank(b) || a.meantAt.getTime() - b.meantAt.getTime());
}

/** Up to this instant nothing is left, of letters taken in the order in which they are due: a full batch ends at its latest letter; repeated ones say nothing of the others. */
function latest(messages: readonly ClaimedMessage[], now: Date): Date {
  const planned = messages.filter(({ attempts }) => attempts === 0).map(({ dueAt }) => dueAt.getTime());
  return planned.length < messages.length
    ? new Date(Math.min(now.getTime(), ...planned))
    : new Date(Math.max(...planned));
}

/** Tries count from the instant for which the letter was meant, which a person who sends it again sets anew. */
const HOLD = `
UPDATE messages AS m SET state = 'claimed', claim_token = $1, claimed_by = $2, next_attempt_at = NULL,
  lease_until = clock_timestamp() + make_interval(secs => $3 / 1000.0)
FROM taken WHERE m.environment_id = taken.environment_id AND m.id = taken.id
RETURNING m.environment_id AS "environmentId", m.id, m.store_id AS "storeId", m.clock, m.enrollment_id AS "enrollmentId",
  m.contact_id AS "contactId", m.scenario_key AS "scenarioKey", m.version, m.step_id AS "stepId", m.pass, m.round,
  m.message_class AS "messageClass", m.template_key AS "templateKey", m.template_pin AS "templatePin", m.due_at AS "dueAt",
  coalesce(m.meant_at, m.due_at) AS "meantAt",
  m.reason AS "waitsFor", m.attempts, m.dup_risk AND m.sent_at IS NOT NULL AS "mayHaveArrived",
  CASE WHEN m.attempts = 0 THEN 0 ELSE (SELECT count(*)::int FROM send_attempts AS a WHERE a.environment_id = m.environment_id
    AND a.message_id = m.id AND a.outcome = 'retry' AND a.started_at >= coalesce(m.meant_at, m.due_at)) END AS failures`;

/** A letter that was given back waits for minutes at most: a later instant was written while the database's clock was wrong. */
const DUE_REAL = `
  SELECT environment_id, id FROM messages
  WHERE state = 'planned' AND clock = 'real' AND NOT held AND due_at <= $5 AND due_at >= $6::timestamptz
    AND (next_attempt_at IS NULL OR next_attempt_at <= clock_timestamp()
      OR next_attempt_at > clock_timestamp() + interval '${LONGEST_MS} milliseconds') AND store_id <> ALL ($7::uuid[])`;

const CLAIM_REAL = `
WITH service AS (
  ${DUE_REAL} AND message_class = 'service' ORDER BY due_at LIMIT $4 FOR UPDATE SKIP LOCKED),
due AS (
  ${DUE_REAL} AND (environment_id, id) NOT IN (SELECT environment_id, id FROM service)
  ORDER BY due_at LIMIT greatest($8, $4 - (SELECT count(*) FROM service)) FOR UPDATE SKIP LOCKED),
again AS (
  SELECT environment_id, id FROM messages
  WHERE state = 'retry' AND clock = 'real' AND next_attempt_at <= clock_timestamp() AND store_id <> ALL ($7::uuid[])
  ORDER BY next_attempt_at LIMIT $4 FOR UPDATE SKIP LOCKED),
taken AS (SELECT *, true AS ahead FROM service UNION ALL SELECT *, false FROM due UNION ALL SELECT *, false FROM again)
${HOLD}, taken.ahead`;

/** In the sandbox nobody waits for a back-off: its time stands. */
const CLAIM_VIRTUAL = `
WITH due AS (
  SELECT environment_id, id FROM messages
  WHERE environment_id = $6 AND clock = 'virtual' AND state = 'planned' AND NOT held AND due_at <= $5
  ORDER BY due_at LIMIT $4 FOR UPDATE SKIP LOCKED),
again AS (
  SELECT environment_id, id FROM messages
  WHERE environment_id = $6 AND clock = 'virtual' AND state = 'retry'
  ORDER BY next_attempt_at LIMIT $4 FOR UPDATE SKIP LOCKED),
taken AS (SELECT * FROM due UNION ALL SELECT * FROM again)
${HOLD}`;

const GIVE_BACK = `
UPDATE messages AS m SET state = 'planned', claim_token = NULL, claimed_by = NULL, lease_until = NULL,
  next_attempt_at = CASE WHEN $3 > 0 THEN clock_timestamp() + make_interval(secs => $3 / 1000.0) END
FROM (SELECT environment_id, id FROM messages WHERE claim_token = $1 AND id = ANY ($2::uuid[]) AND state = 'claimed'
  FOR NO KEY UPDATE SKIP LOCKED) AS free
WHERE m.environment_id = free.environment_id AND m.id = free.id`;
