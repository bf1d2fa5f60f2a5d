import type { SendBudget } from '../domain/send-budget.js';
import type { Sql } from '../platform/database/sql.js';
import type { ClaimedMessage } from './claimed-message.js';

/** A claimed letter that is put off. */
export interface WaitingLetter {
  readonly message: ClaimedMessage;
  readonly until: Date;
  readonly reason: 'provider_rate' | 'warm_up';
}

/** Reasons of letters that were put off here before. */
export const PUT_OFF_BEFORE: ReadonlySet<string> = new Set(['provider_rate', 'warm_up']);

/** A budget with the rate that the store has now: what a process remembers of its settings may be seconds old. */
export type StoreBudget = SendBudget & { readonly sendRate: string | null };

/** The store's budget under its row's lock, made when there is none yet; what was counted on another day is left out. */
export async function lockBudget(tx: Sql, storeId: string, provider: string, day: string): Promise<StoreBudget> {
  await tx.query(MAKE, [storeId, provider]);
  const [budget] = await tx.query<StoreBudget & Record<string, unknown>>(LOCK, [storeId, provider, day]);
  return budget!;
}

/** Writes it back. */
export async function saveBudget(
  tx: Sql,
  storeId: string,
  provider: string,
  day: string,
  { tokens, refilledAt, againUntil, firstUntil, sentToday, waitingToday }: SendBudget,
): Promise<void> {
  await tx.query(SAVE, [storeId, provider, day, tokens, refilledAt, againUntil, firstUntil, sentToday, waitingToday]);
}

/** Takes back what admitted letters did not use; a bucket that overflows by it is levelled at its next use. */
export async function giveBackUnused(
  sql: Sql,
  storeId: string,
  provider: string,
  day: string,
  { tokens, letters }: { readonly tokens: number; readonly letters: number },
): Promise<void> {
  await sql.query(GIVE_BACK, [storeId, provider, day, tokens, letters]);
}

/**
 * Back to `planned`, due at an instant of each letter's own; `meant_at` keeps when it was meant to go, from which `late` counts. A row that
 * somebody holds is not waited for: it asks again once its lease is over.
 */
export async function writeWaiting(tx: Sql, token: string, letters: readonly WaitingLetter[]): Promise<void> {
  if (letters.length === 0) return;
  await tx.query(WAIT, [
    token,
    letters.map(({ message }) => message.environmentId),
    letters.map(({ message }) => message.id),
    letters.map(({ until }) => until),
    letters.map(({ reason }) => reason),
  ]);
}

const MAKE = `
INSERT INTO store_providers (store_id, provider, rate)
SELECT s.id, $2, s.settings->>'sendRate' FROM stores AS s WHERE s.id = $1
ON CONFLICT DO NOTHING`;

const LOCK = `
SELECT p.tokens, p.refilled_at AS "refilledAt", p.again_until AS "againUntil", p.first_until AS "firstUntil",
  p.paused_until AS "pausedUntil", CASE WHEN p.day = $3 THEN p.sent_today ELSE 0 END AS "sentToday",
  CASE WHEN p.day = $3 THEN p.waiting_today ELSE 0 END AS "waitingToday", s.settings->>'sendRate' AS "sendRate"
FROM store_providers AS p JOIN stores AS s ON s.id = p.store_id
WHERE p.store_id = $1 AND p.provider = $2 FOR UPDATE OF p`;

const SAVE = `
UPDATE store_providers SET day = $3, tokens = $4, refilled_at = $5, again_until = $6, first_until = $7, sent_today = $8,
  waiting_today = $9
WHERE store_id = $1 AND provider = $2`;

const GIVE_BACK = `
UPDATE store_providers SET tokens = tokens + $4,
  sent_today = CASE WHEN day = $3 THEN greatest(0, sent_today - $5) ELSE sent_today END
WHERE store_id = $1 AND provider = $2`;

const WAIT = `
UPDATE messages AS m SET state = 'planned', reason = v.reason, due_at = v.due, meant_at = coalesce(m.meant_at, m.due_at),
  claim_token = NULL, claimed_by = NULL, lease_until = NULL
FROM (SELECT o.environment_id, o.id, v.due, v.reason
  FROM unnest($2::uuid[], $3::uuid[], $4::timestamptz[], $5::text[]) AS v (environment_id, id, due, reason)
  JOIN messages AS o ON o.environment_id = v.environment_id AND o.id = v.id
  WHERE o.claim_token = $1 AND o.state = 'claimed' FOR NO KEY UPDATE OF o SKIP LOCKED) AS v
WHERE m.environment_id = v.environment_id AND m.id = v.id`;
