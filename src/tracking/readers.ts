import { Injectable } from '@nestjs/common';
import { findSuppression, type SuppressionReason } from '../contacts/suppressions.js';
import { BlindKeys } from '../platform/blind-keys.js';
import type { Sql } from '../platform/database/sql.js';
import type { StoreSettings } from '../stores/store-settings.js';
import { StoresService } from '../stores/stores.service.js';
import { chooseLocale } from '../templates/choose-locale.js';
import type { LetterRow } from './letter-person.js';
import { isPageLanguage, PAGE_LOCALES, type PageLocale } from './page.js';

/** What a page needs to know of its reader. */
export interface Reader {
  readonly locale: PageLocale;
  /** The person's own language is one of our pages'; else `locale` is the store's guess. */
  readonly isOwnLocale: boolean;
  readonly shop: string;
  /** Why nothing at all is sent to the person's address; null when it may be written to. Only the shop lifts it. */
  readonly block: SuppressionReason | null;
}

/** Who reads the pages of letters. */
@Injectable()
export class Readers {
  constructor(
    private readonly stores: StoresService,
    private readonly blind: BlindKeys,
  ) {}

  /** The person of a letter, as the letter was just read. */
  async of(tx: Sql, letter: LetterRow): Promise<Reader> {
    const settings = await this.settingsOf(tx, letter);
    return {
      locale: chooseLocale(letter.contact_locale, settings?.locale ?? 'en', PAGE_LOCALES),
      isOwnLocale: isPageLanguage(letter.contact_locale),
      shop: settings?.brand.name ?? '',
      block: await this.blockOf(tx, letter),
    };
  }

  /** The settings of the letter's store. */
  async settingsOf(tx: Sql, letter: LetterRow): Promise<StoreSettings | undefined> {
    return (await this.stores.settingsOf(tx, [letter.store_id])).get(letter.store_id);
  }

  private async blockOf(tx: Sql, { environment_id: environment, email_key: key }: LetterRow): Promise<Reader['block']> {
    return key === null ? null : ((await findSuppression(tx, environment, key, this.blind))?.reason ?? null);
  }
}
