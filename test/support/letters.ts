import type { Sql } from '../../src/platform/database/sql.js';
import { newId } from '../../src/platform/ids.js';

/** The columns of a letter that specs of tracking and statistics care about. */
export interface LetterFields {
  readonly environmentId: string;
  readonly storeId: string;
  readonly contactId?: string | null;
  readonly clock?: 'real' | 'virtual';
  readonly scenario?: string;
  readonly version?: number;
  readonly step?: string;
  readonly stepNumber?: number;
  readonly state?: string;
  readonly reason?: string;
  readonly sentAt?: Date;
}

/** Stores an accepted letter without a run and gives its id. */
export async function aLetter(sql: Sql, fields: LetterFields): Promise<string> {
  const id = newId();
  const {
    clock = 'real',
    scenario = 'abandoned-cart',
    version = 1,
    step = 'reminder',
    stepNumber = 1,
    state = 'accepted',
  } = fields;
  const { sentAt = new Date('2026-11-21T09:45:00Z') } = fields;
  await sql.query(
    `INSERT INTO messages (environment_id, id, store_id, clock, contact_id, scenario_key, version, step_id, step_number,
       message_class, policy, template_key, state, due_at, to_address, sent_at, sent_on, accepted_at, created_at, reason)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'marketing', 'at-most-once', 'abandoned-cart/reminder', $10, $11, $12, $11,
       ($11::timestamptz AT TIME ZONE 'UTC')::date, $11, $11, $13)`,
    [
      fields.environmentId,
      id,
      fields.storeId,
      clock,
      fields.contactId ?? null,
      scenario,
      version,
      step,
      stepNumber,
      state,
      sentAt,
      `${id}@example.com`,
      fields.reason ?? null,
    ],
  );
  return id;
}

/** Stores a person and gives the id. */
export async function aContact(sql: Sql, environmentId: string, email = `${newId()}@example.com`): Promise<string> {
  const id = newId();
  await sql.query(
    `INSERT INTO contacts (environment_id, id, email, email_key, marketing_consent) VALUES ($1, $2, $3, $3, true)`,
    [environmentId, id, email],
  );
  await sql.query(`INSERT INTO contact_keys (environment_id, kind, key, contact_id) VALUES ($1, 'email', $2, $3)`, [
    environmentId,
    email,
    id,
  ]);
  return id;
}
