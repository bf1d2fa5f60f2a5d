import type { GroupPlan } from './fold-group.js';

/** The four jsonb parameters of WRITE as JSON texts; the data of events goes in as it was written on arrival. */
export function writeParameters(plan: GroupPlan, newId: () => string): readonly [string, string, string, string] {
  const people = plan.people.map(({ person, createdAt, fields, attributes, consent }) => ({
    e: person.environmentId,
    id: person.id,
    at: createdAt ?? undefined,
    p: fields ?? undefined,
    reset: attributes?.reset,
    aset: attributes?.set,
    adrop: attributes?.drop,
    granted: consent?.granted,
    consent_at: consent?.at,
  }));
  const keys = plan.keys.map(({ environmentId, kind, key, contactId }) => ({
    e: environmentId,
    k: kind,
    v: key,
    c: contactId,
  }));
  const events = plan.events.map(({ event, contactId, occurredAt, identityConflict }, order) => {
    const { environmentId, id, clock, key, bodyHash, type } = event;
    const envelope = {
      o: order,
      e: environmentId,
      id,
      clock,
      k: key,
      h: bodyHash,
      t: type,
      c: contactId,
      at: occurredAt,
      x: identityConflict,
    };
    return `${JSON.stringify(envelope).slice(0, -1)},"d":${event.dataJson}}`;
  });
  const consents = plan.events.flatMap(({ event }) =>
    event.consent
      ? [{ id: newId(), event: event.id, granted: event.consent.granted, source: event.consent.source }]
      : [],
  );
  return [JSON.stringify(people), JSON.stringify(keys), `[${events.join(',')}]`, JSON.stringify(consents)];
}
