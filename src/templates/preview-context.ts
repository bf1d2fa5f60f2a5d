import type { ContactFacts } from '../domain/run.js';
import type { StoreProfile } from './ports.js';
import type { RenderContext } from './render-request.js';
import { shownStore } from './shown-store.js';
import type { TemplateSample } from './template-sources.js';

type Fields = Readonly<Record<string, unknown>>;

/** A letter's data made of a sample: what is not given has the place and shape that it has in real letters. */
export function previewContext(sample: TemplateSample, store: StoreProfile, locale: string, now: Date): RenderContext {
  const posted = sample.event ?? {};
  const data = isFields(posted['data']) ? posted['data'] : posted;
  const at = now.toISOString();
  const event = {
    ...data,
    id: posted['id'] ?? 'preview',
    type: posted['type'] ?? 'preview.event',
    at: posted['occurredAt'] ?? at,
    data,
  };
  const nobody: ContactFacts = { ...NOBODY, locale, createdAt: at };
  const contact = {
    ...nobody,
    ...seenOf(nobody, fieldsOf(posted['contact'])),
    ...seenOf(nobody, sample.contact ?? {}),
  };
  return {
    event,
    contact,
    run: { event, enteredAt: event.at, touches: 0, variant: '', subject: '' },
    store: shownStore(store),
    now: at,
    links: LINKS,
  };
}

const LINKS = {
  unsubscribe: 'https://example.com/unsubscribe',
  preferences: 'https://example.com/preferences',
  view: 'https://example.com/view',
  confirm: 'https://example.com/confirm',
};
const NOBODY = {
  id: '00000000-0000-7000-8000-000000000000',
  email: 'somebody@example.com',
  externalId: null,
  anonymousId: null,
  firstName: null,
  lastName: null,
  timezone: null,
  tags: [],
  attributes: {},
  marketingConsent: null,
  confirmedAt: null,
  declined: [],
  pausedUntil: null,
  suppressed: null,
  erased: false,
};

/** A posted contact says more (`phone`, `consent`) than letters see of a person; a preview that showed it would promise too much. */
function seenOf(person: ContactFacts, fields: Fields): Fields {
  return Object.fromEntries(Object.entries(fields).filter(([name]) => Object.hasOwn(person, name)));
}

function fieldsOf(value: unknown): Fields {
  return isFields(value) ? value : {};
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
