/** A contact as far as its identity goes. */
export interface Person {
  readonly id: string;
  readonly environmentId: string;
  readonly externalId: string | null;
  readonly emailKey: string | null;
}

export interface Address {
  readonly email: string;
  readonly key: string;
}

/** The identities that an event or an API call names; null clears what is known. */
export interface Identity {
  readonly externalId?: string | null;
  readonly email?: Address | null;
  readonly anonymousId?: string;
}

/** The contacts that stand under these identities now. */
export interface Found {
  readonly byExternalId: Person | null;
  readonly byEmail: Person | null;
  readonly byAnonymousId: Person | null;
}

/** Something about known people that must be set right, under their locks, before the event can be stored. */
export type IdentityChange =
  | { readonly kind: 'merge'; readonly keep: Person; readonly absorb: Person }
  | { readonly kind: 'set_email'; readonly person: Person; readonly email: Address | null }
  | { readonly kind: 'clear_external_id'; readonly person: Person };

/** Identities that are new and now belong to the person. */
export interface NewKeys {
  readonly externalId: string | null;
  readonly email: Address | null;
  readonly anonymousId: string | null;
}

/** Whose event it is. `conflict`: an identity of the event belongs to somebody else and stays there. */
export type Who =
  | { readonly kind: 'person'; readonly person: Person | null; readonly adds: NewKeys; readonly conflict: boolean }
  | { readonly kind: 'change'; readonly change: IdentityChange };

/**
 * Decides whose event it is, by the language's "Who is who": found by external id, else e-mail, else anonymous id; the one
 * with the external id takes the e-mail; a contact known only by that e-mail or anonymous id is merged into it; one with
 * another external id keeps its e-mail. An anonymous id (a browser) that already belongs to a person with another address
 * stays there: two people share a computer more often than one person has two names.
 */
export function whoIs(identity: Identity, found: Found): Who {
  const { externalId, email, anonymousId } = identity;
  const person = findPerson(identity, found);
  const emailIsTheirs = found.byEmail === null || found.byEmail.id === person?.id;
  const browserIsTheirs = found.byAnonymousId === null || found.byAnonymousId.id === person?.id;
  if (person) {
    if (!emailIsTheirs && found.byEmail?.externalId === null) return merge(person, found.byEmail);
    if (!browserIsTheirs && isNobodyElse(found.byAnonymousId)) return merge(person, found.byAnonymousId);
    if (email === null && person.emailKey !== null) return change({ kind: 'set_email', person, email });
    if (email && emailIsTheirs && person.emailKey !== null && person.emailKey !== email.key)
      return change({ kind: 'set_email', person, email });
    if (externalId === null && person.externalId !== null) return change({ kind: 'clear_external_id', person });
  }
  return {
    kind: 'person',
    person,
    adds: {
      externalId: externalId && person?.externalId !== externalId ? externalId : null,
      email: email && found.byEmail === null ? email : null,
      anonymousId: anonymousId !== undefined && found.byAnonymousId === null ? anonymousId : null,
    },
    conflict: !emailIsTheirs || !browserIsTheirs,
  };
}

function findPerson({ externalId, email }: Identity, found: Found): Person | null {
  if (found.byExternalId) return found.byExternalId;
  if (found.byEmail && (!externalId || found.byEmail.externalId === null)) return found.byEmail;
  const browser = found.byAnonymousId;
  if (!browser || (externalId && browser.externalId !== null)) return null;
  return !email || browser.emailKey === null ? browser : null;
}

/** Known by nothing but the browser. */
function isNobodyElse(other: Person | null): boolean {
  return other?.externalId === null && other.emailKey === null;
}

function merge(keep: Person, absorb: Person): Who {
  return change({ kind: 'merge', keep, absorb });
}

function change(identityChange: IdentityChange): Who {
  return { kind: 'change', change: identityChange };
}
