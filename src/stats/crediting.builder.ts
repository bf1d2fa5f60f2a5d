import { BLIND_KEYS } from '../../test/support/blind-keys.js';
import type { TestDatabase, TestStore } from '../../test/support/database.js';
import { aContact, aLetter } from '../../test/support/letters.js';
import { compileScenario } from '../domain/compile-scenario.js';
import { parseScenario } from '../domain/scenario-schema.js';
import { REAL_LANE } from '../platform/clock/lane.js';
import { newId } from '../platform/ids.js';
import { type ScenarioRegistry, type VersionRef, versionKey } from '../scenarios/scenario-registry.js';
import { StoresService } from '../stores/stores.service.js';
import { recordEngagement } from '../tracking/record-engagement.js';
import { Attribution } from './attribution.js';
import { ConversionValues } from './conversion-values.js';
import { Figures } from './figures.js';
import { Rollup } from './rollup.js';
import { StoredConversions } from './stored-conversions.js';

/** When letters of these specs go out. */
export const SENT = '2026-11-21T09:45:00.000Z';

const DOCUMENT = {
  key: 'abandoned-cart',
  name: 'Abandoned cart',
  messageClass: 'marketing',
  trigger: { type: 'event', event: 'cart.updated' },
  goals: [{ key: 'order', event: 'order.placed', within: 'P5D', value: 'event.total' }],
  steps: [
    { id: 'pause', type: 'wait', for: 'PT45M' },
    { id: 'reminder', type: 'email', template: 'abandoned-cart/reminder', reason: 'it waits' },
  ],
};

/** What specs of crediting look at of a conversion. */
export interface Credit {
  readonly state: string;
  readonly message_id: string | null;
  readonly credited_for: string | null;
  readonly amount: string | null;
  readonly currency: string | null;
}

/** Statistics over a database, whose letters' scenarios all have the same goals, and the people that make them move. */
export class Crediting {
  readonly attribution: Attribution;
  readonly rollup: Rollup;
  readonly figures: Figures;
  /** Happens once, in the midst of the next crediting: when it asks for the letters' scenarios. */
  meanwhile: (() => Promise<void>) | null = null;
  private readonly recorder = new StoredConversions(BLIND_KEYS);

  constructor(
    private readonly database: TestDatabase,
    private readonly store: TestStore,
    goals: readonly object[] = DOCUMENT.goals,
  ) {
    const parsed = parseScenario({ ...DOCUMENT, goals });
    const made = parsed.ok ? compileScenario(parsed.scenario) : parsed;
    if (!made.ok) throw new Error(JSON.stringify(made.problems));
    const registry = {
      versions: async (_: unknown, refs: VersionRef[]) => {
        const { meanwhile } = this;
        this.meanwhile = null;
        await meanwhile?.();
        return new Map(refs.map((ref) => [versionKey(ref), made.compiled]));
      },
    };
    const values = new ConversionValues(new StoresService(), BLIND_KEYS);
    this.attribution = new Attribution(database.engine, registry as unknown as ScenarioRegistry, values);
    this.rollup = new Rollup(database.engine);
    this.figures = new Figures(database.engine, this.attribution, this.rollup);
  }

  /** A person with letters sent at these instants. */
  async aReader(...sentAt: string[]): Promise<{ readonly contactId: string; readonly letters: readonly string[] }> {
    const contactId = await aContact(this.database.engine, this.store.liveId);
    const letters: string[] = [];
    for (const at of sentAt) letters.push(await this.letter(contactId, { sentAt: new Date(at) }));
    return { contactId, letters };
  }

  letter(contactId: string, fields: Partial<Parameters<typeof aLetter>[1]> = {}): Promise<string> {
    const { liveId: environmentId, storeId } = this.store;
    return aLetter(this.database.engine, { environmentId, storeId, contactId, ...fields });
  }

  act(messageId: string, action: 'open' | 'click', receivedAt: string, actor: 'person' | 'machine' = 'person') {
    return recordEngagement(this.database.engine, {
      id: newId(),
      environmentId: this.store.liveId,
      messageId,
      action,
      actor,
      verdict: actor,
      linkIndex: null,
      url: null,
      receivedAt,
      userAgent: null,
    });
  }

  /** Stores a goal event and gives its id. */
  async order(
    contactId: string,
    at: string,
    fields: { data?: object; key?: string; type?: string } = {},
  ): Promise<string> {
    const eventId = newId();
    const { data = { total: 5980, currency: 'RUB' }, key: orderKey = eventId, type = 'order.placed' } = fields;
    await this.recorder.record(this.database.engine, [
      {
        environmentId: this.store.liveId,
        eventId,
        orderKey,
        type,
        contactId,
        occurredAt: new Date(at),
        data: data as Record<string, unknown>,
      },
    ]);
    return eventId;
  }

  /** Brings the figures up to date and tells what became of the event. */
  async credit(eventId: string): Promise<Credit | undefined> {
    await this.figures.apply(REAL_LANE);
    const [row] = await this.database.engine.query<Credit & Record<string, unknown>>(
      'SELECT state, message_id, credited_for, amount, currency FROM conversions WHERE event_id = $1',
      [eventId],
    );
    return row;
  }
}
