import { environmentNow } from '../platform/clock/lane.js';
import type { Sql } from '../platform/database/sql.js';
import { type ConsentStatement, keepEvidence } from './consent.js';

/** Topics that a person chose or declined. */
export interface TopicChoice {
  /** Everything that is declined from now on. */
  readonly declined: readonly string[];
  /** What changed, for the evidence. */
  readonly changes: readonly { readonly topic: string; readonly wanted: boolean }[];
  /** Language of the letters from now on; null leaves it. */
  readonly locale: string | null;
}

/** Writes what the person chose, with one row of evidence a changed topic. The caller holds the contact's lock. */
export async function chooseTopics(tx: Sql, statement: ConsentStatement, choice: TopicChoice): Promise<void> {
  const { declined, changes, locale } = choice;
  if (changes.length === 0 && locale === null) return;
  await tx.query(
    `UPDATE contacts SET declined = nullif($3::text[], '{}'), locale = coalesce($4, locale), updated_at = ${environmentNow('$1')}
     WHERE environment_id = $1 AND id = $2`,
    [statement.environmentId, statement.contactId, declined, locale],
  );
  for (const { topic, wanted } of changes) await keepEvidence(tx, statement, topic, wanted);
}

/** Pauses all letters but service ones until an instant of the lane, or ends the pause (null). The caller holds the lock. */
export async function pauseLetters(tx: Sql, statement: ConsentStatement, until: Date | null): Promise<void> {
  await tx.query(
    `UPDATE contacts SET paused_until = $3, updated_at = ${environmentNow('$1')} WHERE environment_id = $1 AND id = $2`,
    [statement.environmentId, statement.contactId, until],
  );
  const evidence = { ...statement.evidence, until: until?.toISOString() ?? null };
  await keepEvidence(tx, { ...statement, evidence }, 'pause', until === null);
}
