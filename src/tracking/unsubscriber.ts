import { Injectable } from '@nestjs/common';
import { withdrawConsentNow } from '../contacts/consent.js';
import { RunMover } from '../enrollments/run-mover.js';
import { EngineDatabase } from '../platform/database/engine-database.js';
import type { Sql } from '../platform/database/sql.js';
import { type LetterRef, type LetterRow, letterOf, lockedLetterOf } from './letter-person.js';
import { type Reader, Readers } from './readers.js';
import { recordUnsubscribe } from './record-engagement.js';

/** Takes people off the list: by the page's button, by a mail program's one-click POST, or played in a sandbox. */
@Injectable()
export class Unsubscriber {
  constructor(
    private readonly database: EngineDatabase,
    private readonly readers: Readers,
    private readonly runs: RunMover,
  ) {}

  /** Whose page it is; null when the letter is gone. Changes nothing. */
  async reader(ref: LetterRef): Promise<Reader | null> {
    const letter = await letterOf(this.database, ref);
    return letter && this.readers.of(this.database, letter);
  }

  /**
   * Withdraws the marketing consent of the letter's recipient and ends the runs that need it, in one transaction under the
   * contact's lock. Doing it twice changes nothing more. Null when the letter is gone.
   * @param source how, for the evidence
   */
  unsubscribe(ref: LetterRef, source: string, userAgent: string | null): Promise<Reader | null> {
    return this.database.transaction(async (tx) => {
      const letter = await lockedLetterOf(tx, ref);
      if (letter) await this.takeOff(tx, ref, letter, { source, userAgent });
      return letter && this.readers.of(tx, letter);
    });
  }

  private async takeOff(
    tx: Sql,
    { environmentId, messageId }: LetterRef,
    { contact_id: contactId, erased, now: at, received_at: receivedAt }: LetterRow,
    { source, userAgent }: { readonly source: string; readonly userAgent: string | null },
  ): Promise<void> {
    // Nothing is sent to an erased person, and nothing of them may be kept any more.
    if (contactId === null || erased) return;
    const [done] = await tx.query(
      `SELECT 1 FROM messages m JOIN contacts k ON k.environment_id = m.environment_id AND k.id = $3
       WHERE m.environment_id = $1 AND m.id = $2 AND m.unsubscribed_at IS NOT NULL AND k.marketing_consent IS FALSE`,
      [environmentId, messageId, contactId],
    );
    if (done) return;
    await withdrawConsentNow(tx, { environmentId, contactId, source, at, evidence: { message: messageId } });
    const classes = ['marketing', 'care'] as const;
    await this.runs.endForContact(tx, { environmentId, contactId, reason: 'unsubscribed', classes }, at);
    await recordUnsubscribe(tx, { environmentId, messageId }, { how: source, at: receivedAt, userAgent });
  }
}
