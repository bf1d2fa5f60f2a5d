import type { SkipReason } from '../domain/reasons.js';
import type { Scope } from '../platform/database/request-database.js';
import type { Sql } from '../platform/database/sql.js';
import { newId } from '../platform/ids.js';
import { shownHeaders } from './mail-headers.js';
import { fitToStore, type Outcome } from './outcome.js';
import type { TestLetterView } from './test-send.view.js';
import type { Mail } from './transports/transport.js';
import { packText } from '../templates/packed-text.js';

/** A test of a template: a row without scenario, person and run. */
export interface TestLetter {
  readonly scope: Scope;
  readonly clock: 'real' | 'virtual';
  readonly template: string;
  readonly mail: Mail;
  readonly provider: string;
  readonly workerId: string;
  /** Lane time. */
  readonly at: Date;
  /** The day of `at` in the store's zone. */
  readonly day: string;
}

/** Writes the letter as `sending` (or skipped with its reason), so that a kill leaves it for the sweep to end. */
export async function writeTestLetter(sql: Sql, letter: TestLetter, refusal: SkipReason | null): Promise<void> {
  const { scope, clock, template, mail, provider, workerId, at, day } = letter;
  const { html, text } = mail.parts();
  await sql.query(WRITE, [
    scope.environmentId,
    mail.messageId,
    scope.storeId,
    clock,
    template,
    refusal ? 'skipped' : 'sending',
    refusal,
    mail.to,
    mail.subject,
    at,
    day,
    provider,
    workerId,
    newId(),
    packText(html),
    packText(text),
    shownHeaders(mail),
  ]);
}

/** Writes what became of it. Nobody tries a test again: what a letter would be repeated for is the end of it. */
export async function writeTestOutcome(
  sql: Sql,
  letter: TestLetter,
  result: Outcome,
): Promise<Pick<TestLetterView, 'state' | 'reason'>> {
  const outcome = fitToStore(result);
  const isOver = outcome.state !== 'retry' && outcome.state !== 'planned';
  const state = isOver ? (outcome.state === 'unknown' ? 'unresolved' : outcome.state) : 'failed';
  const reason = isOver ? outcome.reason : outcome.result;
  await sql.query(SETTLE, [
    letter.scope.environmentId,
    letter.mail.messageId,
    state,
    reason,
    letter.at,
    outcome.providerMessageId,
    outcome.result,
    outcome.status,
    outcome.detail,
  ]);
  return { state, reason };
}

const WRITE = `
WITH letter AS (
  INSERT INTO messages (environment_id, id, store_id, clock, message_class, policy, template_key, state, reason, to_address,
    subject, due_at, created_at, attempts, provider, claimed_by, claim_token, sent_at, sent_on, lease_until)
  SELECT $1::uuid, $2::uuid, $3::uuid, $4, 'service', 'at-most-once', $5, $6, $7, $8, $9, $10, $10, sends.n, $12, $13::uuid,
    $14::uuid, CASE WHEN sends.n = 1 THEN $10::timestamptz END, CASE WHEN sends.n = 1 THEN $11::date END,
    clock_timestamp() + interval '1 minute'
  FROM (SELECT CASE WHEN $6 = 'sending' THEN 1 ELSE 0 END AS n) AS sends),
attempt AS (
  INSERT INTO send_attempts (environment_id, message_id, attempt, token, worker, started_at)
  SELECT $1::uuid, $2::uuid, 1, $14::uuid, $13::uuid, $10::timestamptz WHERE $6 = 'sending')
INSERT INTO message_bodies (environment_id, message_id, html, text, headers, links)
VALUES ($1::uuid, $2::uuid, $15::bytea, $16::bytea, $17::jsonb, '[]')`;

const SETTLE = `
WITH attempt AS (
  UPDATE send_attempts SET finished_at = $5::timestamptz, outcome = $7, status = $8::integer, detail = left($9, 500)
  WHERE environment_id = $1 AND message_id = $2)
UPDATE messages SET state = $3, reason = $4, accepted_at = CASE WHEN $3 = 'accepted' THEN $5::timestamptz END,
  provider_message_id = $6, lease_until = NULL
WHERE environment_id = $1 AND id = $2 AND state IN ('sending', 'unknown')`;
