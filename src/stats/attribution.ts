import { Injectable } from '@nestjs/common';
import { creditOrder } from '../domain/attribution.js';
import type { Lane } from '../platform/clock/lane.js';
import { EngineDatabase } from '../platform/database/engine-database.js';
import type { Sql } from '../platform/database/sql.js';
import { ScenarioRegistry, versionKey } from '../scenarios/scenario-registry.js';
import { type Candidate, loadCandidates, type PendingConversion, withGoals } from './attribution-candidates.js';
import { ConversionValues, type CreditedConversion } from './conversion-values.js';

interface Credit extends CreditedConversion {
  readonly messageId: string;
}

const MAX_BATCH = 500;

/** Gives orders to the letters that brought them, each once; again when an act becomes known late. */
@Injectable()
export class Attribution {
  constructor(
    private readonly database: EngineDatabase,
    private readonly scenarios: ScenarioRegistry,
    private readonly values: ConversionValues,
  ) {}

  /** Credits up to 500 conversions that wait, in one transaction; answers how many, 0 when none is left. */
  batch(lane: Lane): Promise<number> {
    return this.database.transaction(async (tx) => {
      const pending = await claim(tx, lane);
      if (pending.length === 0) return 0;
      const candidates = await loadCandidates(tx, pending);
      const versions = await this.scenarios.versions(tx, [
        ...new Map(candidates.map((c) => [versionKey(c), c])).values(),
      ]);
      const byConversion = withGoals(pending, candidates, versions);
      const credits = pending.flatMap((conversion) => creditOf(conversion, byConversion.get(conversion.eventId) ?? []));
      const money = await this.values.of(tx, credits);
      const creditBy = new Map(credits.map((credit) => [credit.conversion.eventId, credit]));
      const rows = pending.map(({ environmentId, eventId }) => {
        const credit = creditBy.get(eventId);
        return { environmentId, eventId, messageId: credit?.messageId, goal: credit?.goal.key, ...money.get(eventId) };
      });
      await tx.query(WRITE, [JSON.stringify(rows)]);
      return pending.length;
    });
  }
}

/** The letter that brought the conversion, none when no letter did. */
function creditOf(conversion: PendingConversion, letters: readonly Candidate[]): Credit[] {
  const messageId = creditOrder({ at: conversion.occurredAt }, letters);
  return letters
    .filter((letter) => letter.messageId === messageId)
    .map(({ goal }) => ({ conversion, messageId: messageId!, goal }));
}

async function claim(tx: Sql, lane: Lane): Promise<PendingConversion[]> {
  return lane.clock === 'real'
    ? tx.query<PendingConversion>(`${CLAIM} AND e.clock = 'real' ${ORDER}`, [])
    : tx.query<PendingConversion>(`${CLAIM} AND c.environment_id = $1 ${ORDER}`, [lane.environmentId]);
}

const CLAIM = `
SELECT c.environment_id AS "environmentId", e.store_id AS "storeId", c.event_id AS "eventId", c.type,
  c.contact_id AS "contactId", c.occurred_at AS "occurredAt", c.data
FROM conversions c
JOIN environments e ON e.id = c.environment_id
WHERE c.state = 'pending'`;

const ORDER = `
ORDER BY c.environment_id, c.event_id
LIMIT ${MAX_BATCH}
FOR NO KEY UPDATE OF c SKIP LOCKED`;

/** The cells of the letter that had the credit and of the one that gets it are counted anew. */
const WRITE = `
WITH credit AS MATERIALIZED (
  SELECT * FROM jsonb_to_recordset($1::jsonb) AS r("environmentId" uuid, "eventId" uuid, "messageId" uuid, goal text,
    amount numeric, currency text)
), touched AS MATERIALIZED (
  SELECT c.environment_id, c.message_id FROM conversions c
  JOIN credit r ON r."environmentId" = c.environment_id AND r."eventId" = c.event_id
  WHERE c.message_id IS NOT NULL
  UNION
  SELECT "environmentId", "messageId" FROM credit WHERE "messageId" IS NOT NULL
), written AS (
  UPDATE conversions c
  SET state = CASE WHEN r."messageId" IS NULL THEN 'uncredited' ELSE 'credited' END,
    message_id = r."messageId", credited_for = r.goal, amount = r.amount, currency = r.currency
  FROM credit r
  WHERE c.environment_id = r."environmentId" AND c.event_id = r."eventId"
)
INSERT INTO stats_dirty (environment_id, scenario_key, step_id, day)
SELECT DISTINCT m.environment_id, m.scenario_key, m.step_id, m.sent_on
FROM touched t
JOIN messages m ON m.environment_id = t.environment_id AND m.id = t.message_id
WHERE m.sent_on IS NOT NULL`;
