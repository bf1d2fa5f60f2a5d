import { aCollector } from '../../test/support/a-collector.js';
import { anEvent, type EventWish } from '../../test/support/an-event.js';
import { BLIND_KEYS } from '../../test/support/blind-keys.js';
import { aStore, migratedDatabase, type TestDatabase, type TestStore } from '../../test/support/database.js';
import { confirmConsent, giveConsent, giveConsentNow, withdrawConsent, withdrawConsentNow } from './consent.js';
import { loadContactFacts } from './contact-facts.js';

const NOW = new Date('2026-11-21T09:00:00Z');
const ANNA = 'anna@example.com';
const at = (minutes: number): Date => new Date(NOW.getTime() + minutes * 60_000);

describe('consent', () => {
  let db: TestDatabase;
  let store: TestStore;
  beforeAll(async () => {
    db = await migratedDatabase();
  });
  afterAll(() => db.close());
  beforeEach(async () => {
    store = await aStore(db.engine, { now: at(5) }); // nothing counts from later than when it came
  });

  const ingest = (wish: EventWish) =>
    aCollector(db.engine).submit([anEvent({ environmentId: store.sandboxId, clock: 'virtual', ...wish })]);
  const said = (granted: boolean, minutes: number) => ({
    consent: { granted, source: 'shop' },
    occurredAt: at(minutes),
  });
  /** What is known of the only person there is. */
  const person = async () => {
    const [row] = await db.engine.query<{ id: string; consent: boolean; unsubscribed: Date | null }>(
      `SELECT id, marketing_consent AS consent, unsubscribed_at AS unsubscribed, confirmed_at AS confirmed FROM contacts
       WHERE environment_id = $1 AND merged_into IS NULL`,
      [store.sandboxId],
    );
    return row!;
  };
  const statement = async (minutes: number) => ({
    environmentId: store.sandboxId,
    contactId: (await person()).id,
    source: 'spec',
    at: at(minutes),
  });

  describe('taken back by the person', () => {
    it('is gone, also when the shop’s clock is fast and its consent is dated ahead', async () => {
      await ingest({ email: ANNA, ...said(true, 3) });
      await withdrawConsentNow(db.engine, await statement(1));
      expect(await person()).toMatchObject({ consent: false, unsubscribed: at(1) });
    });

    it('does not come back with what the shop says again of the same or an earlier instant', async () => {
      await ingest({ email: ANNA, ...said(true, 3) });
      await withdrawConsentNow(db.engine, await statement(1));
      await ingest({ email: ANNA, ...said(true, 2) });
      await ingest({ email: ANNA, ...said(true, 3) });
      expect(await person()).toMatchObject({ consent: false });
      await ingest({ email: ANNA, ...said(true, 4) });
      expect(await person()).toMatchObject({ consent: true, unsubscribed: null });
    });

    it('stays, when somebody else tells of it and it was given anew since', async () => {
      await ingest({ email: ANNA, ...said(true, 3) });
      await withdrawConsent(db.engine, await statement(1));
      expect(await person()).toMatchObject({ consent: true });
    });

    it('takes what was confirmed before it along, when somebody else tells of it late, and nothing that was confirmed since', async () => {
      await ingest({ email: ANNA, ...said(true, 1) });
      await confirmConsent(db.engine, await statement(2));
      await giveConsent(db.engine, await statement(4));
      await withdrawConsent(db.engine, await statement(1));
      expect(await person()).toMatchObject({ consent: true, confirmed: at(2) });
      await withdrawConsent(db.engine, await statement(3));
      expect(await person()).toMatchObject({ consent: true, confirmed: null, unsubscribed: null });
    });
  });

  it('given anew through a letter to another mailbox leaves a confirmation as it is, and makes none', async () => {
    await ingest({ email: ANNA, ...said(true, 1) });
    await giveConsentNow(db.engine, await statement(2));
    expect(await person()).toMatchObject({ consent: true, confirmed: null });
    await confirmConsent(db.engine, await statement(3));
    await giveConsentNow(db.engine, await statement(4));
    expect(await person()).toMatchObject({ consent: true, confirmed: at(3) });
    await withdrawConsent(db.engine, await statement(5)); // and takes it along when it is taken back
    expect(await person()).toMatchObject({ consent: false, confirmed: null });
  });

  describe('of two contacts that become one', () => {
    const CONFIRMED_AT = 2;
    /** Anna, who has confirmed her consent, is found to be u1, of whom only the shop's statements are known. */
    const merged = async (u1: readonly (readonly [boolean, number])[], then?: () => Promise<void>) => {
      await ingest({ email: ANNA, ...said(true, 1) });
      await confirmConsent(db.engine, await statement(CONFIRMED_AT));
      await then?.();
      for (const [granted, minutes] of u1) await ingest({ externalId: 'u1', ...said(granted, minutes) });
      await ingest({ externalId: 'u1', email: ANNA, occurredAt: at(5) });
      const { id } = await person();
      const known = await loadContactFacts(db.engine, [{ environmentId: store.sandboxId, contactId: id }], BLIND_KEYS);
      const { marketingConsent, confirmedAt } = known.get(id)!;
      return { marketingConsent, isConfirmed: confirmedAt !== null };
    };

    it('is what was said last, and no confirmation outlives a withdrawal', async () => {
      expect(await merged([[false, 3]])).toEqual({ marketingConsent: false, isConfirmed: false });
    });

    it('is withdrawn where both statements are of the same instant, whichever contact counts', async () => {
      expect(await merged([[false, CONFIRMED_AT]])).toEqual({ marketingConsent: false, isConfirmed: false });
    });

    it('is withdrawn where both statements are of the same instant and the kept contact withdrew', async () => {
      const withdraw = async () => withdrawConsentNow(db.engine, await statement(3));
      expect(await merged([[true, 3]], withdraw)).toEqual({ marketingConsent: false, isConfirmed: false });
    });

    it('has to be confirmed anew when it was withdrawn after the confirmation and given again', async () => {
      const giveAgain = async () => giveConsent(db.engine, await statement(4));
      expect(await merged([[false, 3]], giveAgain)).toEqual({ marketingConsent: true, isConfirmed: false });
    });

    it('has to be confirmed anew also when the other withdrew it after the confirmation and gave it again', async () => {
      const withdrawn = [[false, 3] as const, [true, 4] as const];
      expect(await merged(withdrawn)).toEqual({ marketingConsent: true, isConfirmed: false });
    });

    it.each([
      ['an older withdrawal', [[false, 1]]],
      ['a newer consent', [[true, 3]]],
    ] as const)('stays confirmed beside %s', async (_, u1) => {
      expect(await merged(u1)).toEqual({ marketingConsent: true, isConfirmed: true });
    });
  });
});
