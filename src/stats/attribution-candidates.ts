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

/** A letter of the buyer with the last act of each kind at or before the order. */
export interface ActedLetter {
  readonly eventId: string;
  readonly messageId: string;
  readonly storeId: string;
  readonly key: string;
  readonly version: number;
  readonly sentAt: Date;
  readonly openedAt: Date | null;
  readonly clickedAt: Date | null;
}

/** A letter whose scenario counts this kind of event as a success. */
export interface Candidate extends CreditCandidate {
  readonly goal: CompiledGoal;
}

/** The letters that these buyers, under any of their merged contacts, had opened or clicked before they bought. */
export async function loadCandidates(tx: Sql, conversions: readonly PendingConversion[]): Promise<ActedLetter[]> {
  return tx.query<ActedLetter>(CANDIDATES, [
    conversions.map((c) => c.environmentId),
    conversions.map((c) => c.eventId),
    conversions.map((c) => c.contactId),
    conversions.map((c) => c.occurredAt),
  ]);
}

/**
 * The letters by conversion, each with its goal: the first of its scenario version for this kind of event that the
 * order is in time for. A version without such a goal gets no credit.
 */
export function withGoals(
  conversions: readonly PendingConversion[],
  letters: readonly ActedLetter[],
  versions: ReadonlyMap<string, CompiledScenario>,
): ReadonlyMap<string, readonly Candidate[]> {
  const conversionOf = new Map(conversions.map((conversion) => [conversion.eventId, conversion]));
  const found = new Map<string, Candidate[]>();
  for (const letter of letters) {
    const { type, occurredAt } = conversionOf.get(letter.eventId)!;
    const age = occurredAt.getTime() - letter.sentAt.getTime();
    const goal = versions
      .get(versionKey(letter))
      ?.goals.find(({ event, withinMs }) => event === type && age <= withinMs);
    if (!goal) continue;
    const { messageId, sentAt, openedAt, clickedAt } = letter;
    const candidate = {
      messageId,
      sentAt,
      withinMs: goal.withinMs,
      opens: known(openedAt),
      clicks: known(clickedAt),
      goal,
    };
    found.set(letter.eventId, [...(found.get(letter.eventId) ?? []), candidate]);
  }
  return found;
}

function known(at: Date | null): readonly Date[] {
  return at ? [at] : [];
}

/** A letter that somebody opened did go out, whatever its attempt's outcome is called: `sent_at` is enough. */
const CANDIDATES = `
SELECT c.event_id AS "eventId", m.id AS "messageId", m.store_id AS "storeId", m.scenario_key AS key, m.version,
  m.sent_at AS "sentAt", act.opened_at AS "openedAt", act.clicked_at AS "clickedAt"
FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::timestamptz[]) AS c(environment_id, event_id, contact_id, occurred_at)
CROSS JOIN LATERAL (SELECT coalesce(k.merged_into, k.id) AS id FROM contacts k
  WHERE k.environment_id = c.environment_id AND k.id = c.contact_id LIMIT 1) stays
CROSS JOIN LATERAL (SELECT stays.id UNION ALL SELECT k.id FROM contacts k
  WHERE k.environment_id = c.environment_id AND k.merged_into = stays.id) person
JOIN messages m ON m.environment_id = c.environment_id AND m.contact_id = person.id
  AND m.sent_at <= c.occurred_at AND m.scenario_key IS NOT NULL AND (m.opens > 0 OR m.clicks > 0)
CROSS JOIN LATERAL (
  SELECT max(g.occurred_at) FILTER (WHERE g.action = 'open') AS opened_at,
    max(g.occurred_at) FILTER (WHERE g.action = 'click') AS clicked_at
  FROM engagements g
  WHERE g.environment_id = m.environment_id AND g.message_id = m.id AND g.actor = 'person'
    AND g.action IN ('open', 'click') AND g.occurred_at <= c.occurred_at) act
WHERE act.opened_at IS NOT NULL OR act.clicked_at IS NOT NULL
ORDER BY m.sent_at, m.id`;
