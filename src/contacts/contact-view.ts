import { suppressionSql } from './suppressions.js';

/** A person as the API shows them. */
export interface ContactView {
  readonly id: string;
  readonly email: string | null;
  readonly externalId: string | null;
  readonly firstName: string | null;
  readonly lastName: string | null;
  readonly phone: string | null;
  readonly locale: string | null;
  readonly timezone: string | null;
  readonly tags: readonly string[];
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly consent: {
    /** Null: never asked. */
    readonly marketing: boolean | null;
    readonly changedAt: string | null;
    readonly unsubscribedAt: string | null;
    /** Double opt-in: when the address was confirmed. */
    readonly confirmedAt: string | null;
  };
  /** What the person chose on the preference page. */
  readonly preferences: {
    /** Topics that they do not want: `class:marketing`, `class:care`, `group:` with a scenario's group or key. */
    readonly declined: readonly string[];
    /** Until then they want no letters but service ones. */
    readonly pausedUntil: string | null;
  };
  /** Why nothing may be sent to the address, else null. */
  readonly suppressed: string | null;
  readonly createdAt: string;
  readonly updatedAt: string;
}

export interface ContactRow {
  readonly id: string;
  readonly email: string | null;
  readonly email_key: string | null;
  readonly external_id: string | null;
  readonly first_name: string | null;
  readonly last_name: string | null;
  readonly phone: string | null;
  readonly locale: string | null;
  readonly timezone: string | null;
  readonly tags: string[];
  readonly attributes: Record<string, unknown>;
  readonly marketing_consent: boolean | null;
  readonly consent_changed_at: Date | null;
  readonly unsubscribed_at: Date | null;
  readonly confirmed_at: Date | null;
  readonly declined: string[] | null;
  readonly paused_until: Date | null;
  readonly suppressed: string | null;
  readonly created_at: Date;
  readonly updated_at: Date;
  readonly [column: string]: unknown;
}

/** $1 environment, $2 id, $3 and $4 the pads of the blind keys. */
export const CONTACT_BY_ID = `
SELECT c.*, ${suppressionSql('c.environment_id', 'c.email_key', ['$3', '$4'])} AS suppressed
FROM contacts c WHERE c.environment_id = $1 AND c.id = $2 AND c.erased_at IS NULL AND c.merged_into IS NULL`;

export function contactView(row: ContactRow): ContactView {
  return {
    id: row.id,
    email: row.email,
    externalId: row.external_id,
    firstName: row.first_name,
    lastName: row.last_name,
    phone: row.phone,
    locale: row.locale,
    timezone: row.timezone,
    tags: row.tags,
    attributes: row.attributes,
    consent: {
      marketing: row.marketing_consent,
      changedAt: row.consent_changed_at?.toISOString() ?? null,
      unsubscribedAt: row.unsubscribed_at?.toISOString() ?? null,
      confirmedAt: row.confirmed_at?.toISOString() ?? null,
    },
    preferences: { declined: row.declined ?? [], pausedUntil: row.paused_until?.toISOString() ?? null },
    suppressed: row.suppressed,
    createdAt: row.created_at.toISOString(),
    updatedAt: row.updated_at.toISOString(),
  };
}
