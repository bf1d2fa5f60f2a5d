import { Injectable } from '@nestjs/common';
import { withdrawConsent } from '../../contacts/consent.js';
import { suppress, type SuppressionReason } from '../../contacts/suppressions.js';
import type { EndReason } from '../../domain/reasons.js';
import { RunMover } from '../../enrollments/run-mover.js';
import { BlindKeys } from '../../platform/blind-keys.js';
import type { Sql } from '../../platform/database/sql.js';
import { recordUnsubscribe } from '../record-engagement.js';

/** Somebody whom reports concern, under the lock of this transaction. */
export interface Concerned {
  readonly environmentId: string;
  /** Null: nobody here has the address any more. */
  readonly contactId: string | null;
  readonly messageId: string | null;
  /** Where the letter went, as a key; null after an erasure. */
  readonly address: string | null;
  /** Whether that is still the person's address. */
  readonly isCurrent: boolean;
}

const CLASSES = ['marketing', 'care'] as const;

/** What reports mean for people: addresses that get nothing any more, consent taken back, runs that end. */
@Injectable()
export class PersonalEffects {
  constructor(
    private readonly runs: RunMover,
    private readonly blind: BlindKeys,
  ) {}

  /**
   * Blocks the address and ends the runs that would write to it. After a bounce of an address that the person has left,
   * the runs go on; a complaint is about the sender, so they end wherever it came from.
   */
  async suppress(tx: Sql, who: Concerned, reason: Exclude<SuppressionReason, 'manual'>, now: Date): Promise<void> {
    if (who.address === null) return;
    await suppress(tx, { environmentId: who.environmentId, email: who.address, reason }, this.blind);
    if (who.isCurrent || reason === 'complaint') await this.end(tx, who, 'suppressed', now);
  }

  /** Takes the marketing consent back as of `at`; newer consent stays, and so do the runs it covers. */
  async unsubscribe(tx: Sql, who: Concerned, at: Date, now: Date): Promise<void> {
    const { environmentId, contactId, messageId } = who;
    if (contactId === null || messageId === null) return;
    const evidence = { message: messageId };
    await withdrawConsent(tx, { environmentId, contactId, source: 'provider_unsubscribe', at, evidence });
    await recordUnsubscribe(tx, { environmentId, messageId }, { how: 'provider', at, userAgent: null });
    const [still] = await tx.query(
      'SELECT 1 FROM contacts WHERE environment_id = $1 AND id = $2 AND marketing_consent',
      [environmentId, contactId],
    );
    if (!still) await this.end(tx, who, 'unsubscribed', now);
  }

  private async end(tx: Sql, { environmentId, contactId }: Concerned, reason: EndReason, now: Date): Promise<void> {
    if (contactId === null) return;
    await this.runs.endForContact(tx, { environmentId, contactId, reason, classes: CLASSES }, now);
  }
}
