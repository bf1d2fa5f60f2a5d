import type { ContactFacts, EventFacts } from '../../domain/run.js';
import type { IncomingEvent } from '../../ingest/incoming-event.js';

/** When an event happens that does not say so: a fixed instant, a Monday morning, so that every simulation of it is the same. */
const UNDATED = new Date('2026-01-05T09:00:00.000Z');
/** Ids of ours would be new each time. */
const NO_ID = '00000000-0000-0000-0000-000000000000';
const UNNAMED_EVENT = 'event';

/** The first event of a simulation, as conditions see it. */
export function toldEvent(told: IncomingEvent): EventFacts {
  return {
    id: told.key ?? UNNAMED_EVENT,
    type: told.type,
    at: (told.occurredAt ?? UNDATED).toISOString(),
    data: dataOf(told),
  };
}

/** An event's checked data. */
export function dataOf({ dataJson }: IncomingEvent): EventFacts['data'] {
  return JSON.parse(dataJson) as EventFacts['data'];
}

/** The person of whom nothing is known but what this event tells, and whether they confirmed their subscription before it. */
export function toldPerson(told: IncomingEvent, confirmed: boolean): ContactFacts {
  const { identity, patch, attributes, consent } = told;
  const { at } = toldEvent(told);
  const email = identity.email?.email ?? null;
  const externalId = identity.externalId ?? null;
  return {
    id: NO_ID,
    email,
    externalId,
    anonymousId: email === null && externalId === null ? (identity.anonymousId ?? null) : null,
    firstName: patch?.first_name ?? null,
    lastName: patch?.last_name ?? null,
    locale: patch?.locale ?? null,
    timezone: patch?.timezone ?? null,
    tags: patch?.tags ?? [],
    attributes: Object.fromEntries(Object.entries(attributes ?? {}).filter(([, value]) => value !== null)),
    createdAt: at,
    marketingConsent: consent?.granted ?? null,
    confirmedAt: confirmed ? at : null,
    declined: [],
    pausedUntil: null,
    suppressed: null,
    erased: false,
  };
}
