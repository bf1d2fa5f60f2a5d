import type { ContactFacts, EventFacts, RunState } from '../domain/run.js';
import type { StoreSettings } from '../stores/store-settings.js';
import type { RenderContext, TemplateLinks } from '../templates/render-request.js';
import { shownStore } from '../templates/shown-store.js';

/** What a template sees of one letter: plain data, as it is copied to the thread that renders. */
export function letterContext(facts: {
  readonly event: EventFacts;
  readonly contact: ContactFacts;
  readonly run: Pick<RunState, 'enteredAt' | 'touches' | 'variant' | 'subject'>;
  readonly settings: StoreSettings;
  readonly links: TemplateLinks;
  readonly now: Date;
}): RenderContext {
  const { event, contact, run, settings, links, now } = facts;
  const shownEvent = { ...event.data, id: event.id, type: event.type, at: event.at, data: event.data };
  return {
    event: shownEvent,
    contact: { ...contact },
    run: {
      event: shownEvent,
      enteredAt: run.enteredAt.toISOString(),
      touches: run.touches,
      variant: run.variant,
      subject: run.subject,
    },
    store: storeOf(settings),
    now: now.toISOString(),
    links,
  };
}

/** Letters of one batch share their store's settings, and the thread is told once what it sees of them. */
const shown = new WeakMap<StoreSettings, RenderContext['store']>();

function storeOf(settings: StoreSettings): RenderContext['store'] {
  const known = shown.get(settings);
  if (known) return known;
  const store = shownStore(settings);
  shown.set(settings, store);
  return store;
}
