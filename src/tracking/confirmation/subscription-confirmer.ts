import { Injectable } from '@nestjs/common';
import { confirmConsent } from '../../contacts/consent.js';
import { StorefrontRecorder } from '../../ingest/storefront-recorder.js';
import { EngineDatabase } from '../../platform/database/engine-database.js';
import {
  isToTheirMailbox,
  type LetterRef,
  type LetterRow,
  letterOf,
  lockedLetterOf,
  type Visitor,
} from '../letter-person.js';
import { type Reader, Readers } from '../readers.js';

const SOURCE = 'double_opt_in';

/** Where a subscription stands. */
export interface Subscription {
  readonly reader: Reader;
  readonly isConfirmed: boolean;
}

/** Double opt-in: confirms that the person who consented reads the mailbox. */
@Injectable()
export class SubscriptionConfirmer {
  constructor(
    private readonly database: EngineDatabase,
    private readonly readers: Readers,
    private readonly events: StorefrontRecorder,
  ) {}

  /** Changes nothing. Null when the letter or its person is gone, or the person has another address by now. */
  async show(ref: LetterRef): Promise<Subscription | null> {
    const letter = await letterOf(this.database, ref);
    if (!letter || !isTheirs(letter)) return null;
    return { reader: await this.readers.of(this.database, letter), isConfirmed: isConfirmed(letter) };
  }

  /**
   * Confirms, with evidence, and tells scenarios (`subscriber.confirmed`), in one transaction under the contact's lock. Doing
   * it twice changes nothing more. Null as for `show`.
   */
  confirm(ref: LetterRef, visitor: Visitor): Promise<Subscription | null> {
    return this.database.transaction(async (tx) => {
      const letter = await lockedLetterOf(tx, ref);
      if (!letter || !isTheirs(letter)) return null;
      if (!isConfirmed(letter)) {
        const { environmentId, messageId } = ref;
        const person = { environmentId, contactId: letter.contact_id!, at: letter.now };
        await confirmConsent(tx, { ...person, source: SOURCE, evidence: { message: messageId, ...visitor } });
        await this.events.record(tx, { ...person, type: 'subscriber.confirmed', data: { source: SOURCE } });
      }
      return { reader: await this.readers.of(tx, letter), isConfirmed: true };
    });
  }
}

function isConfirmed(letter: LetterRow): boolean {
  return letter.confirmed_at !== null && letter.marketing_consent === true;
}

function isTheirs(letter: LetterRow): boolean {
  return letter.contact_id !== null && !letter.erased && isToTheirMailbox(letter);
}
