import { Injectable } from '@nestjs/common';
import { confirmConsent, type ConsentStatement, giveConsentNow } from '../../contacts/consent.js';
import { SubscriptionRequests } from '../../contacts/ports.js';
import { chooseTopics, pauseLetters } from '../../contacts/preferences.js';
import { assertNever } from '../../domain/assert-never.js';
import { changedTopics, isPaused, PAUSE_MS } from '../../domain/preferences.js';
import { EngineDatabase } from '../../platform/database/engine-database.js';
import type { Sql } from '../../platform/database/sql.js';
import {
  isToTheirMailbox,
  type LetterRef,
  type LetterRow,
  letterOf,
  lockedLetterOf,
  type Visitor,
} from '../letter-person.js';
import { pageLocale } from '../reader-locale.js';
import { type Reader, Readers } from '../readers.js';
import { Unsubscriber } from '../unsubscriber.js';
import type { PreferenceForm } from './preference-form.js';
import { type PreferenceView, topicsOf } from './preference-page.js';
import { topicGroups } from './topics.js';

/** What the page shows, and to whom. */
export interface PreferenceAnswer {
  readonly reader: Reader;
  readonly view: PreferenceView;
}

const SOURCE = 'preference_page';

/** What people choose about their letters: reads it for the page and keeps what the page's buttons say. */
@Injectable()
export class PreferenceCenter {
  constructor(
    private readonly database: EngineDatabase,
    private readonly readers: Readers,
    private readonly unsubscriber: Unsubscriber,
    private readonly subscriptions: SubscriptionRequests,
  ) {}

  /** Changes nothing. Null when the letter or its person is gone. */
  async show(ref: LetterRef, acceptLanguage: string | undefined): Promise<PreferenceAnswer | null> {
    const letter = await letterOf(this.database, ref);
    return letter && this.answer(this.database, ref, letter, acceptLanguage);
  }

  /** Does what a button of the page says, and answers what stands now. Null when the letter or its person is gone. */
  async act(
    ref: LetterRef,
    form: PreferenceForm,
    visitor: Visitor,
    acceptLanguage: string | undefined,
  ): Promise<PreferenceAnswer | null> {
    if (form.action === 'unsubscribe') {
      await this.unsubscriber.unsubscribe(ref, SOURCE, visitor.userAgent);
      return this.show(ref, acceptLanguage);
    }
    return this.database.transaction(async (tx) => {
      const letter = await lockedLetterOf(tx, ref);
      if (!letter || letter.contact_id === null || letter.erased) return null;
      const { environmentId, messageId } = ref;
      const evidence = { message: messageId, ...visitor };
      await this.keep(tx, form, letter, {
        environmentId,
        contactId: letter.contact_id,
        source: SOURCE,
        at: letter.now,
        evidence,
      });
      const after = await letterOf(tx, ref);
      return after && this.answer(tx, ref, after, acceptLanguage);
    });
  }

  private async keep(tx: Sql, form: PreferenceForm, letter: LetterRow, statement: ConsentStatement): Promise<void> {
    const { action } = form;
    switch (action) {
      case 'save':
        return this.choose(tx, form, letter, statement);
      case 'pause':
        return this.pause(tx, letter, statement, new Date(letter.now.getTime() + PAUSE_MS));
      case 'resume':
        return this.pause(tx, letter, statement, null);
      case 'subscribe':
        return this.subscribe(tx, letter, statement);
      case 'unsubscribe':
        return;
      default:
        assertNever(action);
    }
  }

  /** A form that is sent again, or from a page that stood open meanwhile, neither puts the end of a pause off nor ends one that is over. */
  private async pause(tx: Sql, letter: LetterRow, statement: ConsentStatement, until: Date | null): Promise<void> {
    const goesOn = isPaused(letter.paused_until?.toISOString() ?? null, letter.now);
    if (goesOn !== (until !== null)) await pauseLetters(tx, statement, until);
  }

  /**
   * What comes through a letter to another mailbox is a wish of theirs, but the mailbox that they have now has to be asked. Of a
   * form that is sent again nothing is kept: evidence tells what was said when it changed something.
   */
  private async subscribe(tx: Sql, letter: LetterRow, statement: ConsentStatement): Promise<void> {
    const isSubscribed = letter.marketing_consent === true;
    if (isSubscribed && letter.confirmed_at !== null) return;
    if (isToTheirMailbox(letter)) return confirmConsent(tx, statement);
    if (!isSubscribed) await giveConsentNow(tx, statement);
    await this.subscriptions.consentGiven(tx, { ...statement, storeId: letter.store_id });
  }

  private async choose(tx: Sql, form: PreferenceForm, letter: LetterRow, statement: ConsentStatement): Promise<void> {
    const known = topicsOf(await topicGroups(tx, statement.environmentId, 'en'));
    const shown = known.filter((topic) => form.shown.includes(topic));
    const { declined, changes } = changedTopics(letter.declined ?? [], { shown, wanted: form.wanted });
    await chooseTopics(tx, statement, { declined, changes, locale: form.language });
  }

  private async answer(
    tx: Sql,
    { environmentId }: LetterRef,
    letter: LetterRow,
    acceptLanguage: string | undefined,
  ): Promise<PreferenceAnswer | null> {
    if (letter.contact_id === null || letter.erased) return null;
    const reader = await this.readers.of(tx, letter);
    const settings = await this.readers.settingsOf(tx, letter);
    const isConfirmed = letter.confirmed_at !== null || settings?.doubleOptIn !== true;
    const paused = letter.paused_until;
    const storeLanguage = settings?.locale ?? 'en';
    const view: PreferenceView = {
      shop: reader.shop,
      block: reader.block,
      isSubscribed: letter.marketing_consent === true && isConfirmed,
      groups: await topicGroups(tx, environmentId, pageLocale(reader, acceptLanguage)),
      declined: letter.declined ?? [],
      pausedUntil: paused && isPaused(paused.toISOString(), letter.now) ? paused : null,
      timezone: letter.contact_timezone ?? settings?.timezone ?? 'UTC',
      language: letter.contact_locale ?? storeLanguage,
      storeLanguage,
    };
    return { reader, view };
  }
}
