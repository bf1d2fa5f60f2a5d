import type { Sql } from '../platform/database/sql.js';
import { assertNever } from '../domain/assert-never.js';
import { BodyBytes } from './body-bytes.js';
import type { Letter } from './letter.js';
import type { Mail, Transport } from './transports/transport.js';
import type { Verdict } from './verdict.js';

/** A letter that may go, as the provider and the ledger get it. */
export interface ClearedLetter {
  readonly letter: Letter;
  readonly mail: Mail;
  readonly attempt: number;
  /** The day of the letter in the store's zone, `YYYY-MM-DD`. */
  readonly sentOn: string;
}

/** Who sends, with which proof, until when. */
export interface SendingClaim {
  readonly token: string;
  readonly workerId: string;
  readonly transport: Pick<Transport, 'name' | 'isLedger'>;
  readonly leaseMs: number;
  /** Lane time: the letters' sent_at. */
  readonly at: Date;
}

/** Moves letters to `sending` (to `accepted` where the ledger is all there is), with attempt and body, in one statement. */
export async function writeSending(tx: Sql, claim: SendingClaim, cleared: readonly ClearedLetter[]): Promise<void> {
  if (cleared.length === 0) return;
  const bodies = new BodyBytes();
  const rows = cleared.map(({ letter: { message, template, rendered }, mail, attempt, sentOn }) => ({
    e: message.environmentId,
    id: message.id,
    attempt,
    to: mail.to,
    subject: mail.subject,
    locale: template?.locale,
    version: template?.version,
    day: sentOn,
    ...bodies.add(mail, rendered),
    headers: shownHeaders(mail),
    links: rendered.ok ? rendered.links : [],
  }));
  const { token, workerId, transport, leaseMs, at } = claim;
  await tx.query(SENDING, [
    JSON.stringify(rows),
    token,
    workerId,
    transport.name,
    leaseMs,
    at,
    bodies.all(),
    transport.isLedger,
  ]);
}

type Unsent = Exclude<Verdict, { readonly kind: 'send' }>;

/** Writes what becomes of letters that do not go now. */
export async function writeUnsent(
  tx: Sql,
  unsent: readonly { readonly letter: Letter; readonly verdict: Unsent }[],
  eventFirstMs: number,
): Promise<void> {
  if (unsent.length === 0) return;
  const rows = unsent.map(({ letter: { message }, verdict }) => ({
    e: message.environmentId,
    id: message.id,
    ...unsentRow(verdict, message.mayHaveArrived, eventFirstMs),
  }));
  await tx.query(UNSENT, [JSON.stringify(rows)]);
}

interface UnsentRow {
  readonly state: 'planned' | 'skipped' | 'cancelled' | 'failed' | 'unresolved';
  readonly reason?: string;
  readonly held?: boolean;
  readonly due?: Date;
  readonly delay?: number;
}

function unsentRow(verdict: Unsent, mayHaveArrived: boolean, eventFirstMs: number): UnsentRow {
  // A letter whose earlier attempt may have arrived cannot be called skipped or cancelled.
  const ended = <S extends UnsentRow['state']>(state: S): S | 'unresolved' => (mayHaveArrived ? 'unresolved' : state);
  switch (verdict.kind) {
    case 'hold':
      return { state: 'planned', held: true };
    case 'event-first':
      return { state: 'planned', delay: eventFirstMs };
    case 'render-again':
      return { state: 'planned' };
    case 'defer':
      return { state: 'planned', due: verdict.until, reason: verdict.reason };
    case 'skip':
    case 'end':
      return { state: ended('skipped'), reason: verdict.reason };
    case 'fail':
      return { state: ended('failed'), reason: verdict.reason };
    case 'cancel':
      return { state: ended('cancelled'), reason: verdict.reason };
    default:
      return assertNever(verdict);
  }
}

/** The headers as a reader of the message sees them. */
function shownHeaders({ from, to, replyTo, subject, headers }: Mail): Readonly<Record<string, string>> {
  return {
    From: from.name ? `${from.name} <${from.email}>` : from.email,
    To: to,
    ...(replyTo ? { 'Reply-To': replyTo } : {}),
    Subject: subject,
    ...headers,
  };
}

const SENDING = `
WITH v AS MATERIALIZED (
  SELECT * FROM json_to_recordset($1::json) AS v (e uuid, id uuid, attempt integer, "to" text, subject text, locale text,
    version integer, day date, "letterAt" integer, "letterBytes" integer, "htmlAt" integer, "htmlBytes" integer, "textAt" integer,
    "textBytes" integer, headers jsonb, links jsonb)),
sending AS (
  UPDATE messages AS m SET state = CASE WHEN $8 THEN 'accepted' ELSE 'sending' END, attempts = v.attempt, provider = $4,
    to_address = v."to", subject = v.subject, locale = v.locale, template_version = v.version, sent_at = $6, sent_on = v.day,
    reason = NULL, next_attempt_at = NULL, accepted_at = CASE WHEN $8 THEN $6::timestamptz END,
    lease_until = CASE WHEN NOT $8 THEN clock_timestamp() + make_interval(secs => $5 / 1000.0) END
  FROM v WHERE m.environment_id = v.e AND m.id = v.id
  RETURNING m.environment_id, m.scenario_key, m.step_id, m.sent_on),
attempts AS (
  INSERT INTO send_attempts (environment_id, message_id, attempt, token, worker, started_at, finished_at, outcome)
  SELECT v.e, v.id, v.attempt, $2, $3, $6, CASE WHEN $8 THEN $6::timestamptz END, CASE WHEN $8 THEN 'accepted' END FROM v),
dirty AS (
  INSERT INTO stats_dirty (environment_id, scenario_key, step_id, day)
  SELECT DISTINCT s.environment_id, s.scenario_key, s.step_id, s.sent_on FROM sending AS s WHERE $8)
INSERT INTO message_bodies (environment_id, message_id, letter, html, text, headers, links)
SELECT v.e, v.id, substring($7::bytea FROM v."letterAt" FOR v."letterBytes"),
  substring($7::bytea FROM v."htmlAt" FOR v."htmlBytes"), substring($7::bytea FROM v."textAt" FOR v."textBytes"), v.headers, v.links
FROM v
ON CONFLICT (environment_id, message_id) DO UPDATE
SET letter = excluded.letter, html = excluded.html, text = excluded.text, headers = excluded.headers, links = excluded.links`;

const UNSENT = `
WITH v AS (
  SELECT * FROM json_to_recordset($1::json) AS v (e uuid, id uuid, state text, reason text, held boolean, due timestamptz, delay integer)),
changed AS (
  UPDATE messages AS m SET state = v.state, reason = v.reason, held = coalesce(v.held, false), due_at = coalesce(v.due, m.due_at),
    meant_at = CASE WHEN v.due IS NULL THEN m.meant_at ELSE coalesce(m.meant_at, m.due_at) END,
    next_attempt_at = clock_timestamp() + make_interval(secs => v.delay / 1000.0),
    claim_token = NULL, claimed_by = NULL, lease_until = NULL
  FROM v WHERE m.environment_id = v.e AND m.id = v.id
  RETURNING m.environment_id, m.scenario_key, m.step_id, m.sent_on, m.state)
INSERT INTO stats_dirty (environment_id, scenario_key, step_id, day)
SELECT DISTINCT environment_id, scenario_key, step_id, sent_on FROM changed WHERE state = 'unresolved'`;
