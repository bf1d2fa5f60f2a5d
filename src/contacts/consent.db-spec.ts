import { aCollector } from '../../test/support/a-collector.js';
import { anEvent, type EventWish } from '../../test/support/an-event.js';
import { aStore, migratedDatabase, type TestDatabase, type TestStore } from '../../test/support/database.js';
import { withdrawConsent, withdrawConsentNow } from './consent.js';

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
    store = await aStore(db.engine, { now: NOW });
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
      `SELECT id, marketing_consent AS consent, unsubscribed_at AS unsubscribed FROM contacts
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
  });
});
