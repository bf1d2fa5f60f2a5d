import 'reflect-metadata';
import type { Caller } from '../platform/http/auth.js';
import { problemOf } from '../platform/http/problem.js';
import { EventChecker } from './event-checker.js';

describe('an item of a batch', () => {
  const caller = { environmentId: 'e', clock: 'real' } as Caller;
  const item = (size: number) => {
    const attributes = Object.fromEntries(Array.from({ length: 20 }, (_, i) => [`a${i}`, 'x'.repeat(size)]));
    return { type: 'cart.updated', contact: { email: 'anna@example.com', attributes }, data: { cartId: '1' } };
  };

  it('may have 256 KiB, whatever part of it is large', () => {
    const checker = new EventChecker();
    expect(checker.item(item(13_000), caller, null)).toMatchObject({ ok: true });
    expect(checker.item(item(14_000), caller, null)).toMatchObject({ ok: false, error: { status: 413 } });
  });

  it.each([
    ['items', { type: 'cart.updated', contact: { email: 'a@example.com' }, data: { items: Array(9_999).fill(1) } }],
    ['tags', { type: 'cart.updated', contact: { email: 'a@example.com', tags: Array(9_999).fill(1) } }],
  ])('with very many wrong %s is told the first 100 of them, and that there are more', (_, wrong) => {
    const checked = new EventChecker().item(wrong, caller, null);
    const { errors, ...told } = problemOf(checked.ok ? null : checked.error).body;
    expect(told).toMatchObject({ status: 422, moreErrors: true });
    expect(errors).toHaveLength(100);
  });

  it('with a field that nobody knows is told which one is meant', () => {
    const wrong = { type: 'cart.updated', occurred_at: 1, contact: { email: 'a@example.com', first_name: 'Anna' } };
    const checked = new EventChecker().item(wrong, caller, null);
    expect(!checked.ok && checked.error.errors!.map(({ pointer, detail }) => `${pointer} ${detail}`)).toEqual([
      '/occurred_at is not a field of this object: write occurredAt',
      '/contact/first_name is not a field of this object: write firstName',
    ]);
  });

  it('that is large is told the first thing that is wrong with it', () => {
    const wrong = { type: 'cart.updated', contact: { email: 'a@example.com', tags: Array(100_000).fill(1) } };
    const checked = new EventChecker().item(wrong, caller, null);
    expect(checked).toMatchObject({ ok: false, error: { status: 422 } });
    expect(!checked.ok && checked.error.errors).toHaveLength(1);
  });

  it('that is too large is refused for that, whatever else is wrong with it', () => {
    const wrong = { type: 'cart.updated', contact: { tags: Array(200_000).fill(1) } };
    expect(new EventChecker().item(wrong, caller, null)).toMatchObject({ ok: false, error: { status: 413 } });
  });

  it.each([undefined, null])('has the id of its request where its own is %s', (id) => {
    const keyOf = (idempotencyKey: string | null): unknown => {
      const checked = new EventChecker().item({ ...item(1), id }, caller, idempotencyKey);
      return checked.ok && [checked.event.key, checked.event.bodyHash !== null];
    };
    expect(keyOf('import-7/0')).toEqual(['import-7/0', true]);
    expect(keyOf(null)).toEqual([null, false]);
  });

  it('has consent by the API where it does not say how the person gave it', () => {
    const contact = { email: 'anna@example.com', consent: { marketing: true } };
    const checked = new EventChecker().item({ ...item(1), contact }, caller, null);
    expect(checked.ok && checked.event.consent).toEqual({ granted: true, source: 'api' });
  });

  const eventOf = (change: object) => {
    const checked = new EventChecker().item({ ...item(1), ...change }, caller, 'k');
    if (!checked.ok) throw checked.error;
    return checked.event;
  };

  it('clears what it says is null, and is the event of whom it names still', () => {
    const names = ['firstName', 'lastName', 'phone', 'locale', 'timezone', 'tags'];
    const nothing = Object.fromEntries(names.map((name) => [name, null]));
    const contact = { ...nothing, email: null, externalId: null, anonymousId: 7, consent: { marketing: false } };
    expect(eventOf({ contact })).toMatchObject({
      identity: { email: null, externalId: null, anonymousId: '7' },
      patch: { first_name: null, last_name: null, phone: null, locale: null, timezone: null, tags: [] },
      consent: { granted: false },
    });
    const nobody = new EventChecker().item(
      { ...item(1), contact: { email: null, externalId: null, anonymousId: null } },
      caller,
      null,
    );
    expect(nobody).toMatchObject({ ok: false, error: { errors: [{ code: 'no_identity' }] } });
  });

  it.each([
    ['type', { type: 'a.b' }],
    ['instant', { occurredAt: '2026-11-21T09:00:00Z' }],
    ['contact', { contact: { email: 'boris@example.com' } }],
    ['data', { data: { cartId: '2' } }],
  ])('is another one than that of another %s under the same id', (_, change) => {
    expect(eventOf({}).bodyHash).toBe(eventOf({}).bodyHash);
    expect(eventOf(change).bodyHash).not.toBe(eventOf({}).bodyHash);
  });

  it('is not the start of a scenario, which takes another scope than events do', () => {
    const start = { ...item(1), type: 'scenario.start_requested', data: { scenario: 'vip' } };
    const problem = { pointer: '/type', code: 'reserved_type' };
    const checker = new EventChecker();
    for (const checked of [checker.single(start, caller, null), checker.item(start, caller, null)])
      expect(checked).toMatchObject({ ok: false, error: { status: 422, code: 'reserved_type', errors: [problem] } });
  });

  it('waits with all its weight, attributes and tags too', () => {
    const checked = new EventChecker().item(item(10_000), caller, null);
    expect(checked.ok && checked.event.aboutPersonChars).toBeGreaterThan(200_000);
  });
});
