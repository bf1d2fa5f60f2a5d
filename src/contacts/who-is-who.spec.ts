import { type Found, type Identity, type Person, whoIs } from './who-is-who.js';

const person = (id: string, externalId: string | null, emailKey: string | null): Person => ({
  id,
  environmentId: 'env',
  externalId,
  emailKey,
});
const address = (key: string) => ({ email: key, key });
const nobody: Found = { byExternalId: null, byEmail: null, byAnonymousId: null };
const ANNA = address('anna@example.com');

describe('whoIs', () => {
  const decide = (identity: Identity, found: Partial<Found>) => whoIs(identity, { ...nobody, ...found });

  it('makes somebody new of identities that nobody has', () => {
    expect(decide({ externalId: 'u1', email: ANNA, anonymousId: 'b1' }, {})).toEqual({
      kind: 'person',
      person: null,
      adds: { externalId: 'u1', email: ANNA, anonymousId: 'b1' },
      conflict: false,
    });
  });

  it('finds by external id before e-mail before anonymous id', () => {
    const [x, m, a] = [person('x', 'u1', null), person('m', 'u2', ANNA.key), person('a', null, null)];
    expect(decide({ externalId: 'u1', email: ANNA }, { byExternalId: x, byEmail: m })).toMatchObject({ person: x });
    expect(decide({ email: ANNA, anonymousId: 'b1' }, { byEmail: m, byAnonymousId: m })).toMatchObject({ person: m });
    expect(decide({ anonymousId: 'b1' }, { byAnonymousId: a })).toMatchObject({ person: a, conflict: false });
  });

  it('lets the one with the external id take an address that nobody has', () => {
    expect(decide({ externalId: 'u1', email: ANNA }, { byExternalId: person('x', 'u1', null) })).toMatchObject({
      adds: { email: ANNA, externalId: null },
    });
  });

  it('gives the external id to a contact known only by the address', () => {
    const m = person('m', null, ANNA.key);
    expect(decide({ externalId: 'u1', email: ANNA }, { byEmail: m })).toMatchObject({
      person: m,
      adds: { externalId: 'u1', email: null },
      conflict: false,
    });
  });

  it('merges a contact known only by the address or the browser into the one with the external id', () => {
    const [x, m, a] = [person('x', 'u1', null), person('m', null, ANNA.key), person('a', null, null)];
    const merge = (absorb: Person) => ({ kind: 'change', change: { kind: 'merge', keep: x, absorb } });
    expect(decide({ externalId: 'u1', email: ANNA }, { byExternalId: x, byEmail: m })).toEqual(merge(m));
    expect(decide({ externalId: 'u1', anonymousId: 'b1' }, { byExternalId: x, byAnonymousId: a })).toEqual(merge(a));
  });

  it('leaves an address with the contact of another external id, whether the event’s own is known or new', () => {
    const other = person('m', 'u2', ANNA.key);
    expect(
      decide({ externalId: 'u1', email: ANNA }, { byExternalId: person('x', 'u1', null), byEmail: other }),
    ).toMatchObject({ adds: { email: null }, conflict: true });
    expect(decide({ externalId: 'u1', email: ANNA }, { byEmail: other })).toMatchObject({
      person: null,
      adds: { externalId: 'u1', email: null },
      conflict: true,
    });
  });

  it('does not take somebody else for the person at a shared browser', () => {
    const bob = person('b', null, 'bob@example.com');
    expect(decide({ email: ANNA, anonymousId: 'b1' }, { byAnonymousId: bob })).toMatchObject({
      person: null,
      adds: { email: ANNA, anonymousId: null },
      conflict: true,
    });
    expect(
      decide({ email: ANNA, anonymousId: 'b1' }, { byEmail: person('a', null, ANNA.key), byAnonymousId: bob }),
    ).toMatchObject({ person: { id: 'a' }, conflict: true });
  });

  it('leaves a browser with whoever has another external id, or an address', () => {
    const anna = person('a', 'u1', ANNA.key);
    for (const theirs of [person('b', 'u2', null), person('b', null, 'bob@example.com')])
      expect(
        decide({ externalId: 'u1', anonymousId: 'b1' }, { byExternalId: anna, byAnonymousId: theirs }),
      ).toMatchObject({ person: anna, adds: { anonymousId: null }, conflict: true });
  });

  it('does not take whoever signs in for the one whose browser it was, but for a visitor that nobody knew yet', () => {
    const [theirs, visitor] = [person('a', 'u1', null), person('v', null, null)];
    expect(decide({ externalId: 'u2', anonymousId: 'b1' }, { byAnonymousId: theirs })).toMatchObject({
      person: null,
      adds: { externalId: 'u2', anonymousId: null },
      conflict: true,
    });
    expect(decide({ externalId: 'u2', email: ANNA, anonymousId: 'b1' }, { byAnonymousId: visitor })).toMatchObject({
      person: visitor,
      adds: { externalId: 'u2', email: ANNA },
      conflict: false,
    });
  });

  it('leaves everybody their own address where the event names one of somebody else', () => {
    const known = { byExternalId: person('x', 'u1', 'old@example.com'), byEmail: person('m', 'u2', ANNA.key) };
    expect(decide({ externalId: 'u1', email: ANNA }, known)).toMatchObject({
      kind: 'person',
      person: known.byExternalId,
      conflict: true,
    });
  });

  it('changes and clears identities only where something is known', () => {
    const x = person('x', 'u1', 'old@example.com');
    expect(decide({ externalId: 'u1', email: ANNA }, { byExternalId: x })).toEqual({
      kind: 'change',
      change: { kind: 'set_email', person: x, email: ANNA },
    });
    expect(decide({ externalId: 'u1', email: null }, { byExternalId: x })).toEqual({
      kind: 'change',
      change: { kind: 'set_email', person: x, email: null },
    });
    expect(decide({ externalId: 'u1', email: null }, { byExternalId: person('x', 'u1', null) })).toMatchObject({
      kind: 'person',
    });
    const named = person('m', null, ANNA.key);
    expect(decide({ externalId: null, email: ANNA }, { byEmail: named })).toMatchObject({ person: named });
    const m = person('m', 'u1', ANNA.key);
    expect(decide({ externalId: null, email: ANNA }, { byEmail: m })).toEqual({
      kind: 'change',
      change: { kind: 'clear_external_id', person: m },
    });
  });
});
