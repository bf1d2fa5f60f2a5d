import { lockContacts } from '../contacts/contact-facts.js';
import type { Sql } from '../platform/database/sql.js';
import type { StoresService } from '../stores/stores.service.js';
import type { StoreSettings } from '../stores/store-settings.js';
import { chooseLocale } from '../templates/choose-locale.js';
import type { PageLocale } from './page.js';

/** The letter whose link was followed. */
export interface LetterRef {
  readonly environmentId: string;
  readonly messageId: string;
}

/** Who asks: for the evidence of what they say. */
export interface Visitor {
  readonly userAgent: string | null;
  readonly ip: string | null;
}

/** What a page needs to know of its reader. */
export interface Reader {
  readonly locale: PageLocale;
  /** The person's own language is one of our pages'; else `locale` is the store's guess. */
  readonly isOwnLocale: boolean;
  readonly shop: string;
}

/** A letter with the person who has it now (after a merge the one that stayed); null where the person is gone. */
export interface LetterRow {
  readonly store_id: string;
  readonly to_address: string | null;
  readonly contact_id: string | null;
  readonly email_key: string | null;
  readonly contact_locale: string | null;
  readonly contact_timezone: string | null;
  readonly marketing_consent: boolean | null;
  readonly confirmed_at: Date | null;
  readonly declined: string[] | null;
  readonly paused_until: Date | null;
  readonly erased: boolean;
  /** Of the letter's environment. */
  readonly now: Date;
  /** Of the database. */
  readonly received_at: Date;
  readonly [column: string]: unknown;
}

/** The letter and its person; null when the letter is gone. */
export async function letterOf(tx: Sql, { environmentId, messageId }: LetterRef): Promise<LetterRow | null> {
  const [row] = await tx.query<LetterRow>(LETTER, [environmentId, messageId]);
  return row ?? null;
}

/** Under the lock of its contact. A merge may come in between: then the contact that stayed is locked as well. */
export async function lockedLetterOf(tx: Sql, ref: LetterRef): Promise<LetterRow | null> {
  let letter = await letterOf(tx, ref);
  for (let locked: string | null = null; letter?.contact_id && letter.contact_id !== locked;) {
    locked = letter.contact_id;
    await lockContacts(tx, [{ environmentId: ref.environmentId, contactId: locked }]);
    letter = await letterOf(tx, ref);
  }
  return letter;
}

/** The settings of the letter's store. */
export async function storeOf(tx: Sql, stores: StoresService, letter: LetterRow): Promise<StoreSettings | undefined> {
  return (await stores.settingsOf(tx, [letter.store_id])).get(letter.store_id);
}

/** Language and shop of the person who reads a page. */
export async function readerOf(tx: Sql, stores: StoresService, letter: LetterRow): Promise<Reader> {
  const settings = await storeOf(tx, stores, letter);
  const locale = chooseLocale(letter.contact_locale, settings?.locale ?? 'en', ['en', 'ru']);
  return {
    locale: locale === 'ru' ? 'ru' : 'en',
    isOwnLocale: /^(ru|en)\b/i.test(letter.contact_locale ?? ''),
    shop: settings?.brand.name ?? '',
  };
}

const LETTER = `
SELECT m.store_id, m.to_address, stays.id AS contact_id, stays.email_key, stays.locale AS contact_locale,
  stays.timezone AS contact_timezone, stays.marketing_consent, stays.confirmed_at, stays.declined, stays.paused_until,
  stays.erased_at IS NOT NULL AS erased, coalesce(e.virtual_now, clock_timestamp()) AS now, clock_timestamp() AS received_at
FROM messages m
JOIN environments e ON e.id = m.environment_id
LEFT JOIN contacts k ON k.environment_id = m.environment_id AND k.id = m.contact_id
LEFT JOIN contacts stays ON stays.environment_id = k.environment_id AND stays.id = coalesce(k.merged_into, k.id)
WHERE m.environment_id = $1 AND m.id = $2`;
