import { aStore, migratedDatabase, type TestDatabase, type TestStore } from '../../../test/support/database.js';
import { aContact, aLetter } from '../../../test/support/letters.js';
import { countSoftBounces, forgetSoftBounces, SOFT_BOUNCE_DAYS } from './soft-bounces.js';

const ANNA = 'anna@example.com';
const BORIS = 'boris@example.com';
const day = (n: number, hour = 9) => new Date(Date.UTC(2026, 10, n, hour));

describe('the days on which an address refused for now', () => {
  let database: TestDatabase;
  let store: TestStore;
  let contactId: string;

  beforeAll(async () => {
    database = await migratedDatabase();
  });
  afterAll(() => database.close());
  beforeEach(async () => {
    store = await aStore(database.engine);
    contactId = await aContact(database.engine, store.liveId, ANNA);
  });

  const refused = async (at: Date, { emailKey = ANNA, environmentId = store.liveId } = {}): Promise<string[]> => [
    ...(await countSoftBounces(database.engine, environmentId, [{ emailKey, contactId, at }])),
  ];
  /** All days but the last one that gives an address up. */
  async function almost(of: { readonly emailKey?: string; readonly environmentId?: string } = {}): Promise<void> {
    for (let n = 1; n < SOFT_BOUNCE_DAYS; n++) expect(await refused(day(n), of)).toEqual([]);
  }
  const delivered = async (at: Date, to = ANNA, person = contactId, environmentId = store.liveId): Promise<void> => {
    const id = await aLetter(database.engine, { environmentId, storeId: store.storeId, contactId: person });
    await database.engine.query('UPDATE messages SET delivered_at = $2, to_address = $3 WHERE id = $1', [id, at, to]);
  };

  it('count once a day, and give the address up on the fifth', async () => {
    await almost();
    expect(await refused(day(SOFT_BOUNCE_DAYS - 1, 20))).toEqual([]);
    expect(await refused(day(SOFT_BOUNCE_DAYS))).toEqual([ANNA]);
  });

  it('are those of that address in that environment', async () => {
    await almost();
    await almost({ emailKey: BORIS });
    await almost({ environmentId: store.sandboxId });
    expect(await refused(day(SOFT_BOUNCE_DAYS), { environmentId: store.sandboxId })).toEqual([ANNA]);
    expect(await refused(day(SOFT_BOUNCE_DAYS), { emailKey: BORIS })).toEqual([BORIS]);
    expect(await refused(day(SOFT_BOUNCE_DAYS - 1))).toEqual([]);
  });

  it('do not count where the same person was delivered to there at that instant or later', async () => {
    await almost();
    await delivered(day(SOFT_BOUNCE_DAYS));
    expect(await refused(day(SOFT_BOUNCE_DAYS))).toEqual([]);
    expect(await refused(day(SOFT_BOUNCE_DAYS, 10))).toEqual([ANNA]);
  });

  it('count beside deliveries to another address, to somebody else, elsewhere or to nobody any more', async () => {
    await almost();
    await delivered(day(9), BORIS);
    const another = await aContact(database.engine, store.liveId);
    await delivered(day(9), ANNA, another);
    await delivered(day(9), ANNA, contactId, store.sandboxId);
    await delivered(day(9));
    await database.engine.query(
      `UPDATE messages SET to_address = NULL WHERE environment_id = $1 AND contact_id = $2 AND to_address = $3`,
      [store.liveId, contactId, ANNA],
    );
    const at = day(SOFT_BOUNCE_DAYS);
    const bounces = [
      { emailKey: ANNA, contactId, at },
      { emailKey: BORIS, contactId: another, at },
    ];
    expect(await countSoftBounces(database.engine, store.liveId, bounces)).toEqual(new Set([ANNA]));
  });

  it('are forgotten up to a delivery, of that address in that environment', async () => {
    const left = async (environmentId: string, emailKey: string) =>
      (
        await database.engine.query('SELECT 1 FROM soft_bounces WHERE environment_id = $1 AND email_key = $2', [
          environmentId,
          emailKey,
        ])
      ).length;
    await almost();
    await refused(day(1, 20)); // the last one of a day is what a delivery must not be older than
    await refused(day(1, 8));
    await almost({ emailKey: BORIS });
    await almost({ environmentId: store.sandboxId });
    await forgetSoftBounces(database.engine, store.liveId, [{ emailKey: ANNA, until: day(1, 19) }]);
    expect(await left(store.liveId, ANNA)).toBe(SOFT_BOUNCE_DAYS - 1);
    await forgetSoftBounces(database.engine, store.liveId, [{ emailKey: ANNA, until: day(2) }]);
    expect(await left(store.liveId, ANNA)).toBe(SOFT_BOUNCE_DAYS - 3);
    expect(await left(store.liveId, BORIS)).toBe(SOFT_BOUNCE_DAYS - 1);
    expect(await left(store.sandboxId, ANNA)).toBe(SOFT_BOUNCE_DAYS - 1);
  });
});
