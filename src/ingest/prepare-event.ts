import { parseEmail } from '../domain/email-address.js';
import type { Identity } from '../contacts/who-is-who.js';
import type { Caller } from '../platform/http/auth.js';
import type { Problem } from '../platform/http/domain-error.js';
import { newId } from '../platform/ids.js';
import { canonicalHash } from './canonical-hash.js';
import type { EventContactDto, EventDto } from './event.dto.js';
import type { FieldPatch, IncomingEvent } from './incoming-event.js';
import { typedData } from './typed-data.js';

export type Prepared =
  { readonly ok: true; readonly event: IncomingEvent } | { readonly ok: false; readonly problems: readonly Problem[] };

/**
 * Makes a body that has the shape of an EventDto ready for the inbox: identities, fields, typed data, hash.
 * @param idempotencyKey the header's, used where the body has no id.
 */
export function prepareEvent(
  body: EventDto,
  caller: Pick<Caller, 'environmentId' | 'clock'>,
  idempotencyKey: string | null,
): Prepared {
  const identity = identityOf(body.contact);
  const { data, problems } = typedData(body.type, body.data ?? {});
  if (!identity.externalId && !identity.email && identity.anonymousId === undefined)
    return { ok: false, problems: [...problems, NO_IDENTITY] };
  if (problems.length > 0) return { ok: false, problems };
  const key = body.id === undefined || body.id === null ? idempotencyKey : String(body.id);
  const { contact } = body;
  return {
    ok: true,
    event: {
      id: newId(),
      environmentId: caller.environmentId,
      clock: caller.clock,
      key,
      bodyHash: key === null ? null : canonicalHash([body.type, body.occurredAt, contact, body.data]),
      type: body.type,
      occurredAt: body.occurredAt ? new Date(body.occurredAt) : null,
      identity,
      patch: patchOf(contact),
      attributes: contact.attributes,
      consent: contact.consent ? { granted: contact.consent.marketing, source: contact.consent.source ?? 'api' } : null,
      dataJson: JSON.stringify(data),
      aboutPersonChars: charsOf(contact.attributes) + charsOf(contact.tags),
    },
  };
}

function charsOf(value: object | null | undefined): number {
  return value ? JSON.stringify(value).length : 0;
}

const NO_IDENTITY: Problem = {
  pointer: '/contact',
  code: 'no_identity',
  detail: 'names nobody: give email, externalId or anonymousId',
};

function identityOf({ email, externalId, anonymousId }: EventContactDto): Identity {
  const identity: { -readonly [name in keyof Identity]: Identity[name] } = {};
  if (externalId !== undefined) identity.externalId = externalId === null ? null : String(externalId);
  if (anonymousId !== undefined && anonymousId !== null) identity.anonymousId = String(anonymousId);
  if (email === undefined) return identity;
  const address = email === null ? null : parseEmail(email);
  identity.email = address?.ok ? { email: address.email, key: address.key } : null;
  return identity;
}

/** The columns that a contact's fields set, or null when it names none. */
function patchOf({ firstName, lastName, phone, locale, timezone, tags }: EventContactDto): FieldPatch | null {
  const patch: { -readonly [column in keyof FieldPatch]: FieldPatch[column] } = {};
  if (firstName !== undefined) patch.first_name = firstName;
  if (lastName !== undefined) patch.last_name = lastName;
  if (phone !== undefined) patch.phone = phone;
  if (locale !== undefined) patch.locale = locale;
  if (timezone !== undefined) patch.timezone = timezone;
  if (tags !== undefined) patch.tags = tags ?? [];
  return Object.keys(patch).length > 0 ? patch : null;
}
