import { arrayText } from '../platform/database/array-text.js';
import type { GroupPlan } from './fold-group.js';
import type { PersonFields, PersonWrite } from './person-draft.js';

/** In the order in which WRITE reads a person's list; a column's bit in `given` says that it is set, be it to null. */
const COLUMNS: readonly (keyof PersonFields)[] = [
  'external_id',
  'email',
  'email_key',
  'first_name',
  'last_name',
  'phone',
  'locale',
  'timezone',
  'tags',
];

/**
 * The parameters of WRITE. A column of ids, instants or words is an array, free texts are a JSON list, and the data of events,
 * JSON as it was written on arrival, stands line by line: nothing has to be escaped twice, and PostgreSQL reads each value once.
 * As JSON objects every row brought the names of its fields again, to be sorted and looked up.
 */
export function writeParameters({ people, keys, events }: GroupPlan, newId: () => string): readonly string[] {
  const consents = events.flatMap(({ event: { id, consent } }) =>
    consent ? [{ id: newId(), event: id, granted: consent.granted, source: consent.source }] : [],
  );
  return [
    arrayText(people, ({ person }) => person.environmentId),
    arrayText(people, ({ person }) => person.id),
    arrayText(people, ({ createdAt }) => createdAt),
    arrayText(people, ({ fields }) => String(givenIn(fields))),
    JSON.stringify(people.map(valuesOf)),
    arrayText(keys, ({ environmentId }) => environmentId),
    arrayText(keys, ({ kind }) => kind),
    JSON.stringify(keys.map(({ key }) => key)),
    arrayText(keys, ({ contactId }) => contactId),
    arrayText(events, ({ event }) => event.environmentId),
    arrayText(events, ({ event }) => event.id),
    arrayText(events, ({ event }) => event.clock),
    JSON.stringify(events.map(({ event }) => event.key)),
    arrayText(events, ({ event }) => event.bodyHash),
    arrayText(events, ({ event }) => event.type),
    arrayText(events, ({ contactId }) => contactId),
    arrayText(events, ({ occurredAt }) => occurredAt),
    arrayText(events, ({ identityConflict }) => identityConflict),
    // JSON holds a line feed only as an escape.
    events.map(({ event }) => event.dataJson).join('\n'),
    JSON.stringify(consents),
  ];
}

function givenIn(fields: PersonWrite['fields']): number {
  let given = 0;
  if (fields) for (let i = 0; i < COLUMNS.length; i++) if (fields[COLUMNS[i]!] !== undefined) given |= 1 << i;
  return given;
}

function valuesOf({ fields, attributes, consent, withdrawnAt }: PersonWrite): readonly unknown[] {
  const values: unknown[] = fields ? COLUMNS.map((column) => fields[column]) : [];
  if (!attributes && !consent) return values;
  values.length = COLUMNS.length;
  values.push(attributes?.reset, attributes?.set, attributes?.drop, consent?.granted, consent?.at, withdrawnAt);
  return values;
}
