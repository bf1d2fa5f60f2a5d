import type { CreditCandidate } from '../domain/attribution.js';
import type { CompiledGoal, CompiledScenario } from '../domain/compiled-scenario.js';
import type { Sql } from '../platform/database/sql.js';
import { versionKey } from '../scenarios/scenario-registry.js';

/** A goal event that waits for its letter. */
export interface PendingConversion {
  readonly environmentId: string;
  readonly storeId: string;
  readonly eventId: string;
  readonly orderKey: string;
  readonly type: string;
  readonly contactId: string;
  readonly occurredAt: Date;
  readonly data: Readonly<Record<string, unknown>>;
  /** What it was credited with when it was looked at before; null for what it has not. */
  readonly messageId: string | null;
  readonly goal: string | null;
  readonly amount: string | null;
  readonly currency: string | null;
}

/** A letter that a buyer acted on, with what people did with it up to the last of the orders that were asked about, oldest first. */
export interface ActedLetter {
  readonly environmentId: string;
  /** The buyer's, as it was asked for. */
  readonly contactId: string;
  readonly messageId: string;
  readonly storeId: string;
  readonly key: string;
  readonly version: number;
  readonly sentAt: Date;
  readonly opens: readonly Date[] | null;
  readonly clicks: readonly Date[] | null;
}

/** A letter whose scenario counts this kind of event as a success. */
export interface Candidate extends CreditCandidate {
  readonly goal: CompiledGoal;
}

type Buyer = Pick<PendingConversion, 'environmentId' | 'contactId'>;
type LetterWithGoals = ActedLetter & { readonly goals: readonly CompiledGoal[] };

/**
 * The letters that these buyers, under any of their merged contacts, had opened or clicked before they bought: once a buyer, however
 * much they bought. Somebody with thousands of both, such as a monitor's test buyer, would come back once for every pair.
 */
export async function loadCandidates(tx: Sql, conversions: readonly PendingConversion[]): Promise<ActedLetter[]> {
  const buyers = new Map<string, PendingConversion>();
  for (const conversion of conversions) {
    const known = buyers.get(buyerKey(conversion));
    if (!known || known.occurredAt < conversion.occurredAt) buyers.set(buyerKey(conversion), conversion);
  }
  const latest = [...buyers.values()];
  return tx.query<ActedLetter>(CANDIDATES, [
    latest.map((c) => c.environmentId),
    latest.map((c) => c.contactId),
    latest.map((c) => c.occurredAt),
  ]);
}

/**
 * The letters by conversion that were acted on at or before it, each with its goal: the first of its scenario version for this kind
 * of event that the order is in time for. A version without such a goal gets no credit.
 */
export function withGoals(
  conversions: readonly PendingConversion[],
  letters: readonly ActedLetter[],
  versions: ReadonlyMap<string, CompiledScenario>,
): ReadonlyMap<string, readonly Candidate[]> {
  const lettersOf = new Map<string, LetterWithGoals[]>();
  for (const letter of letters) {
    const { goals } = versions.get(versionKey(letter)) ?? { goals: [] };
    const known = lettersOf.get(buyerKey(letter));
    if (known) known.push({ ...letter, goals });
    else lettersOf.set(buyerKey(letter), [{ ...letter, goals }]);
  }
  return new Map(
    conversions.map((conversion) => [
      conversion.eventId,
      (lettersOf.get(buyerKey(conversion)) ?? []).flatMap((letter) => candidateOf(conversion, letter) ?? []),
    ]),
  );
}

function candidateOf({ type, occurredAt }: PendingConversion, letter: LetterWithGoals): Candidate | null {
  const age = occurredAt.getTime() - letter.sentAt.getTime();
  const goal = letter.goals.find(({ event, withinMs }) => event === type && age >= 0 && age <= withinMs);
  if (!goal) return null;
  const { messageId, sentAt } = letter;
  const opens = lastUpTo(occurredAt, letter.opens);
  const clicks = lastUpTo(occurredAt, letter.clicks);
  if (opens.length + clicks.length === 0) return null;
  return { messageId, sentAt, withinMs: goal.withinMs, opens, clicks, goal };
}

function lastUpTo(at: Date, acts: readonly Date[] | null): readonly Date[] {
  const last = acts?.findLast((act) => act <= at);
  return last ? [last] : [];
}

function buyerKey({ environmentId, contactId }: Buyer): string {
  return `${environmentId} ${contactId}`;
}

/** A letter that somebody opened did go out, whatever its attempt's outcome is called: `sent_at` is enough. */
const CANDIDATES = `
SELECT b.environment_id AS "environmentId", b.contact_id AS "contactId", m.id AS "messageId", m.store_id AS "storeId",
  m.scenario_key AS key, m.version, m.sent_at AS "sentAt", act.opens, act.clicks
FROM unnest($1::uuid[], $2::uuid[], $3::timestamptz[]) AS b(environment_id, contact_id, until)
CROSS JOIN LATERAL (SELECT coalesce(k.merged_into, k.id) AS id FROM contacts k
  WHERE k.environment_id = b.environment_id AND k.id = b.contact_id LIMIT 1) stays
CROSS JOIN LATERAL (SELECT stays.id UNION ALL SELECT k.id FROM contacts k
  WHERE k.environment_id = b.environment_id AND k.merged_into = stays.id) person
JOIN messages m ON m.environment_id = b.environment_id AND m.contact_id = person.id
  AND m.sent_at <= b.until AND m.scenario_key IS NOT NULL AND (m.opens > 0 OR m.clicks > 0)
CROSS JOIN LATERAL (
  SELECT array_agg(g.occurred_at ORDER BY g.occurred_at) FILTER (WHERE g.action = 'open') AS opens,
    array_agg(g.occurred_at ORDER BY g.occurred_at) FILTER (WHERE g.action = 'click') AS clicks
  FROM engagements g
  WHERE g.environment_id = m.environment_id AND g.message_id = m.id AND g.actor = 'person'
    AND g.action IN ('open', 'click') AND g.occurred_at <= b.until) act
WHERE act.opens IS NOT NULL OR act.clicks IS NOT NULL
ORDER BY m.sent_at, m.id`;
