import { Injectable } from '@nestjs/common';
import { withdrawConsent } from '../contacts/consent.js';
import { lockContacts } from '../contacts/contact-facts.js';
import { RunMover } from '../enrollments/run-mover.js';
import { EngineDatabase } from '../platform/database/engine-database.js';
import type { Sql } from '../platform/database/sql.js';
import { newId } from '../platform/ids.js';
import { StoresService } from '../stores/stores.service.js';
import { chooseLocale } from '../templates/choose-locale.js';
import { recordEngagements } from './record-engagements.js';

/** The letter whose unsubscribe link was followed. */
export interface LetterRef {
  readonly environmentId: string;
  readonly messageId: string;
}

/** What the page needs to know of its reader. */
export interface Reader {
  readonly locale: 'en' | 'ru';
  readonly shop: string;
}

interface LetterRow {
  readonly store_id: string;
  readonly contact_id: string | null;
  readonly contact_locale: string | null;
  /** Of the letter's environment. */
  readonly now: Date;
  /** Of the database. */
  readonly received_at: Date;
}

const LETTER = `
SELECT m.store_id, stays.id AS contact_id, stays.locale AS contact_locale, coalesce(e.virtual_now, clock_timestamp()) AS now,
  clock_timestamp() AS received_at
FROM messages m
JOIN environments e ON e.id = m.environment_id
LEFT JOIN contacts k ON k.environment_id = m.environment_id AND k.id = m.contact_id
LEFT JOIN contacts stays ON stays.environment_id = k.environment_id AND stays.id = coalesce(k.merged_into, k.id)
WHERE m.environment_id = $1 AND m.id = $2`;

/** Takes people off the list: by the page's button, by a mail program's one-click POST, or played in a sandbox. */
@Injectable()
export class Unsubscriber {
  constructor(
    private readonly database: EngineDatabase,
    private readonly stores: StoresService,
    private readonly runs: RunMover,
  ) {}

  /** Whose page it is; null when the letter is gone. Changes nothing. */
  async reader(ref: LetterRef): Promise<Reader | null> {
    const letter = await this.letter(this.database, ref);
    return letter && this.readerOf(this.database, letter);
  }

  /**
   * Withdraws the marketing consent of the letter's recipient and ends the runs that need it, in one transaction under the
   * contact's lock. Doing it twice changes nothing more. Null when the letter is gone.
   * @param source how, for the evidence
   */
  unsubscribe(ref: LetterRef, source: string, userAgent: string | null): Promise<Reader | null> {
    return this.database.transaction(async (tx) => {
      const letter = await this.lockedLetter(tx, ref);
      if (letter) await this.takeOff(tx, ref, letter, { source, userAgent });
      return letter && this.readerOf(tx, letter);
    });
  }

  private async takeOff(
    tx: Sql,
    { environmentId, messageId }: LetterRef,
    { contact_id: contactId, now: at, received_at: receivedAt }: LetterRow,
    { source, userAgent }: { readonly source: string; readonly userAgent: string | null },
  ): Promise<void> {
    if (contactId === null) return;
    const [done] = await tx.query(
      `SELECT 1 FROM messages m JOIN contacts k ON k.environment_id = m.environment_id AND k.id = $3
       WHERE m.environment_id = $1 AND m.id = $2 AND m.unsubscribed_at IS NOT NULL AND k.marketing_consent IS FALSE`,
      [environmentId, messageId, contactId],
    );
    if (done) return;
    await withdrawConsent(tx, { environmentId, contactId, source, at, evidence: { message: messageId } });
    const classes = ['marketing', 'care'] as const;
    await this.runs.endForContact(tx, { environmentId, contactId, reason: 'unsubscribed', classes }, at);
    await recordEngagements(tx, [
      {
        id: newId(),
        environmentId,
        messageId,
        action: 'unsubscribe',
        actor: 'person',
        verdict: source,
        linkIndex: null,
        url: null,
        receivedAt: receivedAt.toISOString(),
        userAgent,
      },
    ]);
  }

  /** Under the lock of its contact. A merge may come in between: then the contact that stayed is locked as well. */
  private async lockedLetter(tx: Sql, ref: LetterRef): Promise<LetterRow | null> {
    let letter = await this.letter(tx, ref);
    for (let locked: string | null = null; letter?.contact_id && letter.contact_id !== locked;) {
      locked = letter.contact_id;
      await lockContacts(tx, [{ environmentId: ref.environmentId, contactId: locked }]);
      letter = await this.letter(tx, ref);
    }
    return letter;
  }

  private async letter(tx: Sql, { environmentId, messageId }: LetterRef): Promise<LetterRow | null> {
    const [row] = await tx.query<LetterRow>(LETTER, [environmentId, messageId]);
    return row ?? null;
  }

  private async readerOf(tx: Sql, letter: LetterRow): Promise<Reader> {
    const settings = (await this.stores.settingsOf(tx, [letter.store_id])).get(letter.store_id);
    const locale = chooseLocale(letter.contact_locale, settings?.locale ?? 'en', ['en', 'ru']);
    return { locale: locale === 'ru' ? 'ru' : 'en', shop: settings?.brand.name ?? '' };
  }
}
