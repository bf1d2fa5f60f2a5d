import { Injectable } from '@nestjs/common';
import { assertNever } from '../domain/assert-never.js';
import { environmentNow } from '../platform/clock/lane.js';
import type { Sql } from '../platform/database/sql.js';
import { lockContacts } from './contact-facts.js';
import { CREDIT_ANEW, MERGE_PERSON, MOVE_ROWS } from './merge-sql.js';
import { RunMerger } from './ports.js';
import type { Address, IdentityChange, Person } from './who-is-who.js';

interface Standing {
  readonly id: string;
  readonly external_id: string | null;
  readonly email_key: string | null;
}

/**
 * Sets right who is who: merges two contacts, changes or clears an identity. Each change locks its contacts, looks again
 * and does nothing when they are no longer as the decision saw them; the event is then decided anew.
 */
@Injectable()
export class IdentityChanges {
  constructor(private readonly runs: RunMerger) {}

  /** Applies one change in the caller's transaction; a lost race for a key throws 23505. `at` is lane time. */
  async apply(tx: Sql, change: IdentityChange, at: Date): Promise<void> {
    switch (change.kind) {
      case 'merge':
        return this.merge(tx, change.keep, change.absorb, at);
      case 'set_email':
        return this.setEmail(tx, change.person, change.email);
      case 'clear_external_id':
        return this.clearExternalId(tx, change.person);
      default:
        assertNever(change);
    }
  }

  private async merge(tx: Sql, keep: Person, absorb: Person, at: Date): Promise<void> {
    const standing = await this.lock(tx, [keep, absorb]);
    const [older, younger] = standing;
    if (!older || !younger || standing.find((row) => row.id === absorb.id)?.external_id !== null) return;
    const { environmentId } = keep;
    await this.runs.mergeRuns(tx, { environmentId, from: younger.id, into: older.id, at });
    for (const statement of MOVE_ROWS) await tx.query(statement, [environmentId, younger.id, older.id]);
    await tx.query(CREDIT_ANEW, [environmentId, older.id]);
    await tx.query(MERGE_PERSON, [environmentId, younger.id, older.id, keep.id]);
  }

  private async setEmail(tx: Sql, person: Person, email: Address | null): Promise<void> {
    const [now] = await this.lock(tx, [person]);
    if (now?.email_key !== person.emailKey) return;
    const { environmentId, id } = person;
    await tx.query(`DELETE FROM contact_keys WHERE environment_id = $1 AND contact_id = $2 AND kind = 'email'`, [
      environmentId,
      id,
    ]);
    if (email)
      await tx.query(`INSERT INTO contact_keys (environment_id, kind, key, contact_id) VALUES ($1, 'email', $2, $3)`, [
        environmentId,
        email.key,
        id,
      ]);
    // Another address has not been confirmed by anybody.
    await tx.query(
      `UPDATE contacts SET email = $3, email_key = $4, confirmed_at = NULL, updated_at = ${environmentNow('$1')}
       WHERE environment_id = $1 AND id = $2`,
      [environmentId, id, email?.email ?? null, email?.key ?? null],
    );
  }

  private async clearExternalId(tx: Sql, person: Person): Promise<void> {
    const [now] = await this.lock(tx, [person]);
    if (now?.external_id !== person.externalId) return;
    const { environmentId, id } = person;
    await tx.query(`DELETE FROM contact_keys WHERE environment_id = $1 AND contact_id = $2 AND kind = 'external'`, [
      environmentId,
      id,
    ]);
    await tx.query(
      `UPDATE contacts SET external_id = NULL, updated_at = ${environmentNow('$1')} WHERE environment_id = $1 AND id = $2`,
      [environmentId, id],
    );
  }

  /** The contacts as they stand under their locks, the older first; those merged away or erased are missing. */
  private async lock(tx: Sql, people: readonly Person[]): Promise<readonly Standing[]> {
    const refs = people.map((person) => ({ environmentId: person.environmentId, contactId: person.id }));
    await lockContacts(tx, refs);
    return tx.query<Standing & Record<string, unknown>>(
      `SELECT id, external_id, email_key FROM contacts
       WHERE environment_id = $1 AND id = ANY($2) AND merged_into IS NULL AND erased_at IS NULL ORDER BY created_at, id`,
      [refs[0]!.environmentId, refs.map((ref) => ref.contactId)],
    );
  }
}
