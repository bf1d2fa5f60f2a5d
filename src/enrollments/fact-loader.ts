import { Injectable } from '@nestjs/common';
import { loadContactFacts } from '../contacts/contact-facts.js';
import type { FactNeeds } from '../domain/compiled-scenario.js';
import type { ContactFacts, Facts, HistoryEvent, StepMessageFacts, StoreFacts } from '../domain/run.js';
import { standsBeforeLetters } from '../domain/timeline.js';
import { BlindKeys } from '../platform/blind-keys.js';
import type { Sql } from '../platform/database/sql.js';
import { storeFacts } from '../stores/store-settings.js';
import { StoresService } from '../stores/stores.service.js';
import { EngagementReader } from './ports.js';
import { type EventQuestion, readStoredEvents } from './stored-events.js';
import type { WorkingRun } from './working-run.js';

/** Whom a decision is about and what its conditions look at. */
export interface FactQuestion {
  readonly environmentId: string;
  readonly storeId: string;
  readonly contactId: string;
  readonly needs: FactNeeds;
  /** The run whose letters are looked at; null before there is one that has any. */
  readonly run: { readonly enrollmentId: string; readonly pass: number } | null;
}

/** What a decision about a run looks at. */
export function factQuestion({ identity, state, compiled, isNew }: WorkingRun): FactQuestion {
  const { environmentId, storeId, contactId, id } = identity;
  return {
    environmentId,
    storeId,
    contactId,
    needs: compiled.needs,
    run: isNew || standsBeforeLetters(compiled, state) ? null : { enrollmentId: id, pass: state.pass },
  };
}

/** Loads what the decisions of a whole batch may look at: at most four queries, however many runs. */
@Injectable()
export class FactLoader {
  constructor(
    private readonly stores: StoresService,
    private readonly engagement: EngagementReader,
    private readonly blind: BlindKeys,
  ) {}

  /** @param now lane time, from which the windows of happened() and count() reach back */
  async load(tx: Sql, questions: readonly FactQuestion[], now: Date): Promise<FactBook> {
    const contacts = await loadContactFacts(tx, questions, this.blind);
    const settings = await this.stores.settingsOf(tx, [...new Set(questions.map(({ storeId }) => storeId))]);
    const stores = new Map([...settings].map(([id, one]) => [id, storeFacts(one)]));
    const asking = questions.filter(({ needs, run }) => needs.engagement && run);
    const refs = asking.map(({ environmentId, run }) => ({ environmentId, ...run! }));
    const messages = refs.length > 0 ? await this.engagement.ofRuns(tx, refs) : new Map<string, StepMessageFacts[]>();
    return new FactBook(contacts, stores, messages, await history(tx, questions, now));
  }
}

/** The loaded facts of a batch. */
export class FactBook {
  constructor(
    private readonly contacts: ReadonlyMap<string, ContactFacts>,
    private readonly stores: ReadonlyMap<string, StoreFacts>,
    private readonly messages: ReadonlyMap<string, readonly StepMessageFacts[]>,
    private readonly history: ReadonlyMap<string, readonly HistoryEvent[]>,
  ) {}

  /** Facts for a decision about this person, and about this run of theirs. Only for what was asked. */
  of(subject: { readonly contactId: string; readonly storeId: string }, enrollmentId: string | null): Facts {
    const contact = this.contacts.get(subject.contactId);
    const store = this.stores.get(subject.storeId);
    if (!contact || !store) throw new Error(`facts of contact ${subject.contactId} were not loaded`);
    return {
      contact,
      store,
      messages: (enrollmentId && this.messages.get(enrollmentId)) || [],
      history: this.history.get(subject.contactId) ?? [],
    };
  }

  /** Facts for a decision about a run. */
  ofRun({ identity }: WorkingRun): Facts {
    return this.of(identity, identity.id);
  }
}

async function history(tx: Sql, questions: readonly FactQuestion[], now: Date): Promise<Map<string, HistoryEvent[]>> {
  const asked = questions.flatMap(({ environmentId, contactId, needs }) =>
    needs.history.map(({ type, withinMs, data }): EventQuestion => ({
      environmentId,
      contactId,
      type,
      data,
      since: withinMs === null ? null : new Date(now.getTime() - withinMs),
    })),
  );
  const byContact = new Map<string, HistoryEvent[]>();
  for (const { contactId, isApplied, facts } of await readStoredEvents(tx, asked)) {
    const event = { id: facts.id, type: facts.type, at: new Date(facts.at), data: facts.data, isApplied };
    const known = byContact.get(contactId);
    if (known) known.push(event);
    else byContact.set(contactId, [event]);
  }
  return byContact;
}
