import { BLIND_KEYS } from '../../../test/support/blind-keys.js';
import { aWorker } from '../../../test/support/delivery-rig.js';
import { aPlannedLetter, aScenario } from '../../../test/support/planned-letters.js';
import { aStore, migratedDatabase, type TestDatabase, type TestStore } from '../../../test/support/database.js';
import { aContact, aLetter } from '../../../test/support/letters.js';
import { parseEmail } from '../../domain/email-address.js';
import { REAL_LANE } from '../../platform/clock/lane.js';
import { IS_HELD } from '../../platform/database/engine-database.js';
import { newId } from '../../platform/ids.js';
import { bounceReports } from './bounce-report.js';
import { PersonalEffects } from './personal-effects.js';
import { ProviderEvents } from './provider-events.service.js';
import { peopleOf } from './reported-letters.js';
import { SOFT_BOUNCE_DAYS } from './soft-bounces.js';

const ONE = { stored: 1, duplicates: 0, parked: 0 };
const REPEATED = { stored: 0, duplicates: 1, parked: 0 };

describe('reports of a mailbox’s reader', () => {
  let database: TestDatabase;
  let store: TestStore;
  let worker: ReturnType<typeof aWorker>;
  let service: ProviderEvents;

  beforeAll(async () => {
    database = await migratedDatabase();
    store = await aStore(database.engine);
    await aScenario(database.engine, store);
    worker = aWorker(database.engine);
    service = new ProviderEvents(database.engine, worker.mover, new PersonalEffects(worker.mover, BLIND_KEYS), {
      wake: () => undefined,
    });
  });
  afterAll(() => database.close());

  const query = (text: string, ...values: readonly unknown[]) => database.engine.query(text, values);
  const post = (body: unknown) =>
    service.take({ environmentId: store.liveId, connectorId: newId() }, bounceReports(body));
  const hard = (address: string) => ({ address, kind: 'hard', reason: '550 5.1.1 user unknown' });
  const soft = (address: string) => ({ address, kind: 'soft', reason: '452 4.2.2 mailbox full' });
  /** A person, and how to send them a letter. */
  async function aPerson(address = `${newId()}@example.com`) {
    const contactId = await aContact(database.engine, store.liveId, `${newId()}@example.com`);
    const parsed = parseEmail(address);
    if (!parsed.ok) throw new Error(parsed.detail);
    const { email, key } = parsed;
    await query('UPDATE contacts SET email = $2, email_key = $3 WHERE id = $1', contactId, email, key);
    await query(`UPDATE contact_keys SET key = $2 WHERE contact_id = $1 AND kind = 'email'`, contactId, key);
    await query(
      `INSERT INTO contact_keys (environment_id, kind, key, contact_id) VALUES ($1, 'email', $2, $3) ON CONFLICT DO NOTHING`,
      store.liveId,
      key,
      contactId,
    );
    const letter = async () => {
      const { messageId } = await aPlannedLetter(database.engine, store, contactId, { subject: newId() });
      await worker.batch.run(REAL_LANE);
      return messageId;
    };
    return { contactId, letter, key };
  }
  const isBounced = async (id: string) => (await message(id))?.bounced_at != null;
  const message = async (id: string) =>
    (
      await database.engine.query<{ bounced_at: Date | null }>('SELECT bounced_at FROM messages WHERE id = $1', [id])
    )[0];
  const suppression = async (key: string) => {
    const sql = 'SELECT reason FROM suppressions WHERE environment_id = $1 AND email_key = $2';
    const [row] = await database.engine.query<{ reason: string }>(sql, [store.liveId, key]);
    return row?.reason;
  };
  const addressed = (address: string) => ({
    ...bounceReports(hard(address))[0]!,
    key: 'report',
    at: new Date('2026-11-08T12:00:00Z'),
  });
  const lift = (key: string) => query('DELETE FROM suppressions WHERE email_key = $1', key);

  it('that name an address and no instant count once for a letter, also when it is named beside them', async () => {
    const { letter, key } = await aPerson();
    const messageId = await letter();
    expect(await post(hard(key))).toEqual(ONE);
    await lift(key);
    expect(await post(hard(key))).toEqual(REPEATED);
    expect(await post([{ ...hard(key), messageId }, hard(key)])).toEqual({ ...REPEATED, duplicates: 2 });
    expect(await suppression(key)).toBeUndefined();
  });

  it('are of the next letter anew, although the server says the same words', async () => {
    const { letter, key } = await aPerson();
    const first = await letter();
    await post(hard(key));
    expect(await isBounced(first)).toBe(true);
    await lift(key);
    const second = await letter();
    expect(await post(hard(key))).toEqual(ONE);
    expect(await isBounced(second)).toBe(true);
    expect(await suppression(key)).toBe('hard_bounce');
  });

  it('give an address up that refuses letters on different days with the same words', async () => {
    const { letter, contactId, key } = await aPerson();
    for (let day = 1; day <= SOFT_BOUNCE_DAYS; day++) {
      expect(await suppression(key)).toBeUndefined();
      await letter();
      await post(soft(key));
      // A day passes.
      await query(`UPDATE soft_bounces SET day = day - 1, at = at - interval '1 day' WHERE email_key = $1`, key);
      await query(`UPDATE messages SET sent_at = sent_at - interval '1 day' WHERE contact_id = $1`, contactId);
    }
    expect(await suppression(key)).toBe('soft_bounces');
  });

  it('count once a day where nothing went to the address lately', async () => {
    const key = `${newId()}@example.com`;
    await aContact(database.engine, store.sandboxId, key);
    const inSandbox = () =>
      service.take({ environmentId: store.sandboxId, connectorId: newId() }, bounceReports(hard(key)));
    expect(await inSandbox()).toEqual(ONE);
    expect(await inSandbox()).toEqual(REPEATED);
    await query(`UPDATE environments SET virtual_now = virtual_now + interval '1 day' WHERE id = $1`, store.sandboxId);
    expect(await inSandbox()).toEqual(ONE);
  });

  it('find the letter of a person whose domain is written in its own letters, and a delivery to it', async () => {
    const { letter, key } = await aPerson('Ivan@почта.рф');
    expect(key).toBe('ivan@xn--80a1acny.xn--p1ai');
    const messageId = await letter();
    await query('UPDATE messages SET delivered_at = clock_timestamp() WHERE id = $1', messageId);
    await post({ ...soft(key), at: new Date(Date.now() - 60_000).toISOString() });
    expect(await query('SELECT 1 FROM soft_bounces WHERE email_key = $1', key)).toEqual([]);
    await post(hard(key));
    expect(await isBounced(messageId)).toBe(true);
    expect(await suppression(key)).toBe('hard_bounce');
  });

  it('are about the person of their own environment, known by that address and not by such a name of an account', async () => {
    const here = await aPerson();
    const sandbox = await aContact(database.engine, store.sandboxId, here.key);
    const account = `${newId()}@example.com`;
    await query(
      `INSERT INTO contact_keys (environment_id, kind, key, contact_id) VALUES ($1, 'external', $2, $3)`,
      store.liveId,
      account,
      here.contactId,
    );
    const read = await peopleOf(database.engine, store.liveId, [addressed(here.key)]);
    expect(read.get('report')).toEqual({ contactId: here.contactId, messageId: null });
    const played = await peopleOf(database.engine, store.sandboxId, [addressed(here.key)]);
    expect(played.get('report')).toEqual({ contactId: sandbox, messageId: null });
    const nobody = await peopleOf(database.engine, store.liveId, [addressed(account)]);
    expect(nobody.size).toBe(0);
  });

  it.each([
    ['are', 'that went out at that instant', "sent_at = '2026-11-08T12:00Z'"],
    ['are not', 'that went out afterwards', "sent_at = '2026-11-08T12:00:00.001Z'"],
    ['are', 'that went out just less than a week before', "sent_at = '2026-11-01T12:00:00.001Z'"],
    ['are not', 'that went out a week before', "sent_at = '2026-11-01T12:00Z'"],
    ['are not', 'that certainly did not go out', "sent_at = '2026-11-08T11:00Z', state = 'rejected', reason = '550'"],
  ])('%s of a letter %s', async (are, _which, change) => {
    const { letter, key, contactId } = await aPerson();
    const messageId = await letter();
    await query(`UPDATE messages SET ${change} WHERE id = $1`, messageId);
    const people = await peopleOf(database.engine, store.liveId, [addressed(key)]);
    expect(people.get('report')).toEqual({ contactId, messageId: are === 'are' ? messageId : null });
  });

  it('of a letter block the runs of whom its reader was recognised as since', async () => {
    const { letter, contactId, key } = await aPerson();
    const messageId = await letter();
    const stays = await aContact(database.engine, store.liveId);
    await query('UPDATE contacts SET merged_into = $2, email = NULL, email_key = NULL WHERE id = $1', contactId, stays);
    await query('UPDATE contacts SET email = $2, email_key = $2 WHERE id = $1', stays, key);
    await aPlannedLetter(database.engine, store, stays, { subject: newId() });
    await post({ ...hard(key), messageId });
    expect(await query('SELECT state, end_reason FROM enrollments WHERE contact_id = $1', stays)).toEqual([
      { state: 'ended', end_reason: 'suppressed' },
    ]);
  });

  it('leave a letter to another address of the same person alone', async () => {
    const { letter, contactId, key } = await aPerson();
    const before = await letter();
    const now = `${newId()}@example.com`;
    await query('UPDATE contacts SET email = $2, email_key = $2 WHERE id = $1', contactId, now);
    const after = await letter();
    await post(hard(key));
    expect(await Promise.all([before, after].map(isBounced))).toEqual([true, false]);
  });

  it('from the future happen when they come, as all do where time stands', async () => {
    const { storeId, liveId, sandboxId } = store;
    const live = await aLetter(database.engine, { environmentId: liveId, storeId });
    await post({ messageId: live, kind: 'hard', at: '2999-01-01T00:00:00Z' });
    const played = await aLetter(database.engine, { environmentId: sandboxId, storeId, clock: 'virtual' });
    const reports = bounceReports({ messageId: played, kind: 'hard', at: '2026-11-01T00:00:00Z' });
    await service.take({ environmentId: sandboxId, connectorId: newId() }, reports);
    const now = `SELECT bounced_at BETWEEN coalesce(virtual_now, accepted_at) AND coalesce(virtual_now, clock_timestamp()) AS now
      FROM messages m JOIN environments e ON e.id = m.environment_id WHERE m.id = $1`;
    for (const id of [live, played]) expect(await query(now, id)).toEqual([{ now: true }]);
  });

  it('are left to their repetition where a session keeps the row of one of them, which the others do not wait for', async () => {
    const [held, other] = [await aPerson(), await aPerson()];
    const reports = [hard(held.key), hard(other.key)];
    const messageId = await aLetter(database.engine, { environmentId: store.liveId, storeId: store.storeId });
    await database.engine.transaction(async (tx) => {
      await tx.query('SELECT FROM contacts WHERE id = $1 FOR UPDATE', [held.contactId]);
      await tx.query('SELECT FROM messages WHERE id = $1 FOR UPDATE', [messageId]);
      const ofNobody = expect(post({ messageId, kind: 'hard' })).rejects.toMatchObject({ code: IS_HELD });
      await expect(post(reports)).rejects.toMatchObject({ code: IS_HELD });
      await ofNobody;
      expect(await suppression(other.key)).toBeUndefined();
    });
    expect(await post(reports)).toMatchObject({ stored: 2 });
  });
});
