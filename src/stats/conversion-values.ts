import { Injectable } from '@nestjs/common';
import { loadContactFacts } from '../contacts/contact-facts.js';
import type { CompiledGoal } from '../domain/compiled-scenario.js';
import type { ContactFacts } from '../domain/run.js';
import { BlindKeys } from '../platform/blind-keys.js';
import type { Sql } from '../platform/database/sql.js';
import { defaultSettings, storeFacts, type StoreSettings } from '../stores/store-settings.js';
import { StoresService } from '../stores/stores.service.js';
import type { PendingConversion } from './attribution-candidates.js';

/** What an order is worth; null where the goal does not say. */
export interface Money {
  /** A decimal number as text: money is never a float on its way to the database. */
  readonly amount: string | null;
  readonly currency: string | null;
}

/** A conversion and the goal of the letter that it is credited to. */
export interface CreditedConversion {
  readonly conversion: PendingConversion;
  readonly goal: CompiledGoal;
}

const NOTHING: Money = { amount: null, currency: null };
const DECIMAL = /^\d{1,15}(\.\d{1,10})?$/;
/** Digits that a float holds without doubt, and those of them behind the point that an amount may have. */
const DIGITS = 15;
const DECIMALS = 10;
const CURRENCY = /^[A-Za-z]{3}$/;

/** Reads the worth of credited orders by their goals' `value`. */
@Injectable()
export class ConversionValues {
  constructor(
    private readonly stores: StoresService,
    private readonly blind: BlindKeys,
  ) {}

  /**
   * By event id: each goal's value in the currency that the event names, where it names none the store's of when it was first credited.
   * What an erased person's order told is gone: it stays worth what it was when it was credited before.
   */
  async of(tx: Sql, credited: readonly CreditedConversion[]): Promise<ReadonlyMap<string, Money>> {
    const valued = credited.filter(({ goal }) => goal.value);
    const settings = await this.stores.settingsOf(tx, [...new Set(valued.map(({ conversion }) => conversion.storeId))]);
    const contacts = await loadContactFacts(
      tx,
      valued.map(({ conversion }) => conversion),
      this.blind,
    );
    return new Map(
      valued.map(({ conversion, goal }) => {
        const contact = contacts.get(conversion.contactId);
        const store = settings.get(conversion.storeId) ?? defaultSettings('');
        if (!contact) return [conversion.eventId, NOTHING];
        const { eventId, amount, currency } = conversion;
        const isKnown = contact.erased && amount !== null;
        return [eventId, isKnown ? { amount, currency } : valueOf(conversion, goal, contact, store)];
      }),
    );
  }
}

function valueOf(
  conversion: PendingConversion,
  { value }: CompiledGoal,
  contact: ContactFacts,
  store: StoreSettings,
): Money {
  const { eventId, type, occurredAt, data, currency: known } = conversion;
  const input = {
    event: { id: eventId, type, at: occurredAt.toISOString(), data },
    run: null,
    facts: { contact, store: storeFacts(store), messages: [], history: [] },
    now: occurredAt,
  };
  const amount = decimal(value?.text(input)) ?? decimal(rounded(value?.number(input)));
  if (amount === null) return NOTHING;
  const currency = currencyIn(data);
  // Ten dollars are no ten euros: money of a currency that cannot be read is not known.
  if (currency === undefined) return NOTHING;
  // A store that takes up another currency has not been paid in it before.
  return { amount, currency: currency ?? known ?? store.currency };
}

/**
 * The currency that an event names; null where it names none, undefined where that is no code. Ingest checks it in standard types and takes a
 * store's own as they are: small letters are a code too.
 */
function currencyIn({ currency }: Readonly<Record<string, unknown>>): string | null | undefined {
  if (currency === undefined || currency === null || currency === '') return null;
  return typeof currency === 'string' && CURRENCY.test(currency) ? currency.toUpperCase() : undefined;
}

/**
 * The number without what calculating adds: 19.99 - 4.9 is 15.089999999999998. What was told with up to fifteen digits, as a number or
 * as text, is the same afterwards; money of any currency has fewer.
 */
function rounded(value: number | null | undefined): string | null {
  if (value === null || value === undefined) return null;
  const whole = Math.trunc(Math.abs(value)).toString().length;
  const text = value.toFixed(Math.max(0, Math.min(DECIMALS, DIGITS - whole)));
  if (Number(text) === 0) return '0';
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text;
}

function decimal(text: string | null | undefined): string | null {
  return text && DECIMAL.test(text) ? text : null;
}
