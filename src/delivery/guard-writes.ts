import { arrayText } from '../platform/database/array-text.js';
import type { Sql } from '../platform/database/sql.js';
import { assertNever } from '../domain/assert-never.js';
import { detailOf } from '../domain/send-decision.js';
import { BodyBytes } from './body-bytes.js';
import type { Letter } from './letter.js';
import { shownHeaders } from './mail-headers.js';
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
  const places = cleared.map(({ mail, letter }) => bodies.add(mail, letter.rendered));
  const { token, workerId, transport, leaseMs, at } = claim;
  await tx.query(SENDING, [
    token,
    workerId,
    transport.name,
    leaseMs,
    at,
    transport.isLedger,
    bodies.all(),
    arrayText(cleared, ({ letter }) => letter.message.environmentId),
    arrayText(cleared, ({ letter }) => letter.message.id),
    arrayText(cleared, ({ attempt }) => attempt),
    arrayText(cleared, ({ mail }) => mail.to),
    arrayText(cleared, ({ mail }) => mail.subject),
    arrayText(cleared, ({ letter }) => letter.template?.locale ?? null),
    arrayText(cleared, ({ letter }) => letter.template?.version ?? null),
    arrayText(cleared, ({ sentOn }) => sentOn),
    arrayText(cleared, ({ mail }) => JSON.stringify(shownHeaders(mail))),
    arrayText(cleared, ({ letter: { rendered } }) => JSON.stringify(rendered.ok ? rendered.links : [])),
    arrayText(places, ({ letter }) => letter.at),
    arrayText(places, ({ letter }) => letter.bytes),
    arrayText(places, ({ html }) => html.at),
    arrayText(places, ({ html }) => html.bytes),
    arrayText(places, ({ text }) => text.at),
    arrayText(places, ({ text }) => text.bytes),
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
  const rows = unsent.map(({ letter, verdict }) => unsentRow(verdict, letter.message.mayHaveArrived, eventFirstMs));
  await tx.query(UNSENT, [
    arrayText(unsent, ({ letter }) => letter.message.environmentId),
    arrayText(unsent, ({ letter }) => letter.message.id),
    arrayText(rows, ({ state }) => state),
    arrayText(rows, ({ reason }) => reason ?? null),
    arrayText(rows, ({ held }) => held ?? false),
    arrayText(rows, ({ due }) => due ?? null),
    arrayText(rows, ({ delay }) => delay ?? null),
    arrayText(rows, ({ detail }) => detail ?? null),
  ]);
}

interface UnsentRow {
  readonly state: 'planned' | 'skipped' | 'cancelled' | 'failed' | 'unresolved';
  readonly reason?: string;
  /** What a `template_error` was about, or what an undetermined condition missed. */
  readonly detail?: string | null;
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
      return { state: ended('skipped'), reason: verdict.reason, detail: detailOf(verdict.field) };
    case 'end':
      return { state: ended('skipped'), reason: verdict.reason };
    case 'fail':
      return { state: ended('failed'), reason: verdict.reason, detail: verdict.detail };
    case 'cancel':
      return { state: ended('cancelled'), reason: verdict.reason };
    default:
      return assertNever(verdict);
  }
}

// Lists of unknown length and not JSON: the planner takes them for short and looks rows up, however large or small the tables are.

const SENDING = `
WITH v AS MATERIALIZED (
  SELECT * FROM unnest($8::uuid[], $9::uuid[], $10::int[], $11::text[], $12::text[], $13::text[], $14::int[], $15::date[], $16::jsonb[],
      $17::jsonb[], $18::int[], $19::int[], $20::int[], $21::int[], $22::int[], $23::int[])
    AS v (e, id, attempt, to_address, subject, locale, version, day, headers, links, letter_at, letter_bytes, html_at, html_bytes,
      text_at, text_bytes)),
sending AS (
  UPDATE messages AS m SET state = CASE WHEN $6 THEN 'accepted' ELSE 'sending' END, attempts = v.attempt, provider = $3,
    to_address = v.to_address, subject = v.subject, locale = v.locale, template_version = v.version, sent_at = $5, sent_on = v.day,
    reason = NULL, accepted_at = CASE WHEN $6 THEN $5::timestamptz END,
    lease_until = CASE WHEN NOT $6 THEN clock_timestamp() + make_interval(secs => $4 / 1000.0) END
  FROM v WHERE m.environment_id = v.e AND m.id = v.id
  RETURNING m.environment_id, m.scenario_key, m.step_id, m.sent_on),
attempts AS (
  INSERT INTO send_attempts (environment_id, message_id, attempt, token, worker, started_at, finished_at, outcome)
  SELECT v.e, v.id, v.attempt, $1, $2, $5, CASE WHEN $6 THEN $5::timestamptz END, CASE WHEN $6 THEN 'accepted' END FROM v),
dirty AS (
  INSERT INTO stats_dirty (environment_id, scenario_key, step_id, day)
  SELECT DISTINCT s.environment_id, s.scenario_key, s.step_id, s.sent_on FROM sending AS s WHERE $6)
INSERT INTO message_bodies (environment_id, message_id, letter, html, text, headers, links)
SELECT v.e, v.id, substring($7::bytea FROM v.letter_at FOR v.letter_bytes), substring($7::bytea FROM v.html_at FOR v.html_bytes),
  substring($7::bytea FROM v.text_at FOR v.text_bytes), v.headers, v.links
FROM v
ON CONFLICT (environment_id, message_id) DO UPDATE
SET letter = excluded.letter, html = excluded.html, text = excluded.text, headers = excluded.headers, links = excluded.links`;

const UNSENT = `
WITH v AS (
  SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::bool[], $6::timestamptz[], $7::int[], $8::text[])
    AS v (e, id, state, reason, held, due, delay, detail)),
changed AS (
  UPDATE messages AS m SET state = v.state, reason = v.reason, detail = left(v.detail, 500), held = v.held, due_at = coalesce(v.due, m.due_at),
    meant_at = CASE WHEN v.due IS NULL THEN m.meant_at ELSE coalesce(m.meant_at, m.due_at) END,
    next_attempt_at = clock_timestamp() + make_interval(secs => v.delay / 1000.0),
    claim_token = NULL, claimed_by = NULL, lease_until = NULL
  FROM v WHERE m.environment_id = v.e AND m.id = v.id
  RETURNING m.environment_id, m.scenario_key, m.step_id, m.sent_on, m.state)
INSERT INTO stats_dirty (environment_id, scenario_key, step_id, day)
SELECT DISTINCT environment_id, scenario_key, step_id, sent_on FROM changed
WHERE state <> 'planned' AND sent_on IS NOT NULL`;
