import type { NewKeys, Person } from '../contacts/who-is-who.js';
import type { FieldPatch, IncomingEvent } from './incoming-event.js';

/** Columns that events set, by name. */
export type PersonFields = { -readonly [column in keyof FieldPatch]: FieldPatch[column] } & {
  external_id?: string;
  email?: string;
  email_key?: string;
};

/** What a group of events writes to one contact: its columns, keys of its attributes, its newest consent and withdrawal. */
export interface PersonWrite {
  readonly person: Person;
  /** The instant at which the contact comes to be; null when it is known already. */
  readonly createdAt: Date | null;
  readonly fields: Readonly<PersonFields> | null;
  readonly attributes: {
    readonly reset: boolean;
    readonly set: Readonly<Record<string, unknown>>;
    /** Before `set`: a key may be in both. */
    readonly drop: readonly string[];
  } | null;
  readonly consent: { readonly granted: boolean; readonly at: Date } | null;
  /** The newest withdrawal, also where a consent came after it: what was confirmed before it is void. */
  readonly withdrawnAt: Date | null;
}

/** A contact's row while a group's events are folded into it, in the order of their arrival. */
export class PersonDraft {
  private fields: PersonFields | null = null;
  private attributes: { reset: boolean; set: Map<string, unknown>; drop: Set<string> } | null = null;
  private consent: { granted: boolean; at: Date } | null = null;
  private withdrawnAt: Date | null = null;

  constructor(
    /** Grows with the identities that the group adds; a new object each time, other maps hold the old one. */
    public person: Person,
    private readonly createdAt: Date | null,
  ) {}

  add(event: IncomingEvent, adds: NewKeys, occurredAt: Date): void {
    const { externalId, email } = adds;
    if (event.patch) Object.assign((this.fields ??= {}), event.patch);
    if (externalId !== null) {
      (this.fields ??= {}).external_id = externalId;
      this.person = { ...this.person, externalId };
    }
    if (email !== null) {
      this.fields = Object.assign(this.fields ?? {}, { email: email.email, email_key: email.key });
      this.person = { ...this.person, emailKey: email.key };
    }
    if (event.attributes !== undefined) this.addAttributes(event.attributes);
    if (event.consent) this.addConsent(event.consent.granted, occurredAt);
  }

  write(): PersonWrite {
    const { person, createdAt, fields, attributes, consent, withdrawnAt } = this;
    return {
      person,
      createdAt,
      fields,
      attributes: attributes && {
        reset: attributes.reset,
        set: Object.fromEntries(attributes.set),
        drop: [...attributes.drop],
      },
      consent,
      withdrawnAt,
    };
  }

  private addAttributes(patch: Readonly<Record<string, unknown>> | null): void {
    if (patch === null || !this.attributes)
      this.attributes = { reset: patch === null, set: new Map(), drop: new Set() };
    for (const [key, value] of Object.entries(patch ?? {}))
      if (value === null) {
        this.attributes.set.delete(key);
        this.attributes.drop.add(key);
      } else this.attributes.set.set(key, value);
  }

  /** The newest evidence counts, whatever order it arrives in; at the same instant the withdrawal does. */
  private addConsent(granted: boolean, at: Date): void {
    const newerMs = at.getTime() - (this.consent?.at.getTime() ?? -Infinity);
    if (newerMs > 0 || (newerMs === 0 && !granted)) this.consent = { granted, at };
    if (!granted && (this.withdrawnAt === null || at > this.withdrawnAt)) this.withdrawnAt = at;
  }
}
