import { ApiProperty } from '@nestjs/swagger';
import { Instant } from '../platform/http/described.js';
import { type SuppressionReason, suppressionSql } from './suppressions.js';

/** What a person said to marketing mail. */
export class ContactConsentView {
  /** Null: never asked. */
  readonly marketing!: boolean | null;
  /** When the newest consent or withdrawal was given; null: never asked. */
  @Instant()
  readonly changedAt!: string | null;
  /** When the person took themselves off the list; null unless they did. */
  @Instant()
  readonly unsubscribedAt!: string | null;
  /** Double opt-in: when the address was confirmed; null as long as it is not. */
  @Instant()
  readonly confirmedAt!: string | null;
}

/** What a person chose on the preference page. */
export class ContactPreferencesView {
  /** Topics that they do not want: `class:marketing`, `class:care`, `group:` with a scenario's group or key. */
  readonly declined!: string[];
  /** Until then they want no letters but service ones; null when they set no pause. */
  @Instant()
  readonly pausedUntil!: string | null;
}

/** A person as the API shows them. Null is what nobody told. */
export class ContactView {
  /** Ours. */
  @ApiProperty({ format: 'uuid' })
  readonly id!: string;
  /** As it was written, its domain in small letters; found regardless of case. */
  readonly email!: string | null;
  /** The store's own id of the person. */
  readonly externalId!: string | null;
  /** Given name. */
  readonly firstName!: string | null;
  /** Family name. */
  readonly lastName!: string | null;
  /** As it was written. */
  readonly phone!: string | null;
  /** Language of the letters: `ru`, `pt-BR`; null: the store's. */
  readonly locale!: string | null;
  /** IANA zone in which waits and windows are counted; null: the store's. */
  readonly timezone!: string | null;
  /** The store's own words for the person. */
  readonly tags!: string[];
  /** The store's own fields. */
  readonly attributes!: Record<string, unknown>;
  /** What the person said to marketing mail. */
  readonly consent!: ContactConsentView;
  /** What the person chose on the preference page. */
  readonly preferences!: ContactPreferencesView;
  /** Why nothing may be sent to the address, else null. */
  readonly suppressed!: SuppressionReason | null;
  /** When the person was first heard of. */
  @Instant()
  readonly createdAt!: string;
  /** When what is known of the person changed last. */
  @Instant()
  readonly updatedAt!: string;
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
  readonly suppressed: SuppressionReason | null;
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
