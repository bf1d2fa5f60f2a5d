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
const CURRENCY = /^[A-Z]{3}$/;

/** Reads the worth of credited orders by their goals' `value`. */
@Injectable()
export class ConversionValues {
  constructor(
    private readonly stores: StoresService,
    private readonly blind: BlindKeys,
  ) {}

  /** By event id: each goal's value in the event's currency, else the store's. */
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
        return [conversion.eventId, contact ? valueOf(conversion, goal, contact, store) : NOTHING];
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
  const { eventId, type, occurredAt, data } = conversion;
  const input = {
    event: { id: eventId, type, at: occurredAt.toISOString(), data },
    run: null,
    facts: { contact, store: storeFacts(store), messages: [], history: [] },
    now: occurredAt,
  };
  const amount = decimal(value?.text(input)) ?? decimal(value?.number(input)?.toString());
  if (amount === null) return NOTHING;
  const { currency } = data;
  return { amount, currency: typeof currency === 'string' && CURRENCY.test(currency) ? currency : store.currency };
}

function decimal(text: string | null | undefined): string | null {
  return text && DECIMAL.test(text) ? text : null;
}
