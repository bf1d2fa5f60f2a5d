import { BLIND_KEYS } from '../../../test/support/blind-keys.js';
import fc from 'fast-check';
import { Logger } from '@nestjs/common';
import { aWorker } from '../../../test/support/delivery-rig.js';
import { aPlannedLetter, aScenario, messageRow } from '../../../test/support/planned-letters.js';
import { aStore, migratedDatabase, type TestDatabase, type TestStore } from '../../../test/support/database.js';
import { aContact, aLetter } from '../../../test/support/letters.js';
import { REAL_LANE } from '../../platform/clock/lane.js';
import { newId } from '../../platform/ids.js';
import { bounceReports } from './bounce-report.js';
import { PersonalEffects } from './personal-effects.js';
import type { ProviderEvent } from './provider-event.js';
import { ProviderEvents } from './provider-events.service.js';
import { sendGridEvent } from './sendgrid-event.js';

const DAY_S = 86_400;
const NOW_S = Math.floor(Date.parse('2026-11-01T12:00:00Z') / 1_000);

describe('reports of a provider', () => {
  let database: TestDatabase;
  let store: TestStore;
  let worker: ReturnType<typeof aWorker>;
  let service: ProviderEvents;
  let contactId: string;

  beforeAll(async () => {
    Logger.overrideLogger(false); // parked reports are warned of
    database = await migratedDatabase();
    store = await aStore(database.engine);
    await aScenario(database.engine, store);
    worker = aWorker(database.engine);
    service = new ProviderEvents(database.engine, worker.mover, new PersonalEffects(worker.mover, BLIND_KEYS), {
      wake: () => undefined,
    });
  });
  beforeEach(async () => {
    contactId = await aContact(database.engine, store.liveId);
  });
  afterAll(() => database.close());

  const row = async <T = Record<string, unknown>>(sql: string, values: readonly unknown[]): Promise<T | undefined> =>
    (await database.engine.query(sql, values))[0] as T | undefined;
  const message = (id: string) => messageRow(database.engine, id);
  const run = (id: string) => row('SELECT state, end_reason FROM enrollments WHERE id = $1', [id]);
  const emailOf = async (): Promise<string> =>
    (await row<{ email: string }>('SELECT email FROM contacts WHERE id = $1', [contactId]))!.email;
  const suppression = async () =>
    (
      await row<{ reason: string }>('SELECT reason FROM suppressions WHERE environment_id = $1 AND email_key = $2', [
        store.liveId,
        await emailOf(),
      ])
    )?.reason;

  /** A letter that went through its first attempts, in a state of the ledger; its run stands at its end. */
  async function attempted(
    state: string,
    change: { readonly attempts?: number; readonly step?: string } = {},
  ): Promise<{ readonly messageId: string; readonly enrollmentId: string }> {
    const letter = await aPlannedLetter(database.engine, store, contactId, {
      step: change.step ?? 'reminder',
      subject: newId(),
    });
    await database.engine.query(
      `UPDATE messages SET state = $2, attempts = $3, sent_at = '2026-11-01T11:00Z', sent_on = '2026-11-01', to_address = $4,
         claim_token = $1, unknown_since = clock_timestamp(), next_attempt_at = clock_timestamp() + interval '1 hour' WHERE id = $1`,
      [letter.messageId, state, change.attempts ?? 1, await emailOf()],
    );
    await database.engine.query(`UPDATE enrollments SET position = 'end' WHERE id = $1`, [letter.enrollmentId]);
    return letter;
  }
  const event = (mid: string | null, fields: object): ProviderEvent =>
    sendGridEvent({ ...(mid === null ? {} : { mid }), timestamp: NOW_S, email: 'x@example.com', ...fields })!;
  const take = (...events: readonly ProviderEvent[]) =>
    service.take({ environmentId: store.liveId, connectorId: newId() }, events);

  it.each(['sending', 'unknown', 'unresolved', 'retry', 'planned', 'claimed'])(
    'prove that a letter in %s was accepted, and complete its run',
    async (state) => {
      const { messageId, enrollmentId } = await attempted(state);
      await take(event(messageId, { event: 'processed', sg_message_id: 'p-1.filter.2' }));
      expect(await message(messageId)).toMatchObject({
        state: 'accepted',
        reconciled_by: 'provider_event',
        provider_message_id: 'p-1',
        delivery: 'processed',
        next_attempt_at: null,
        lease_until: null,
      });
      expect(await run(enrollmentId)).toEqual({ state: 'ended', end_reason: 'completed' });
      expect(
        await row('SELECT 1 AS is FROM stats_dirty WHERE environment_id = $1 AND day = $2', [
          store.liveId,
          '2026-11-01',
        ]),
      ).toEqual({ is: 1 });
    },
  );

  it('say nothing of the state of a letter that was never attempted, nor of one that was taken back before', async () => {
    const planned = await attempted('planned', { attempts: 0 });
    const { messageId } = await attempted('planned');
    await database.engine.query(`UPDATE messages SET state = 'cancelled', reason = 'moved' WHERE id = $1`, [messageId]);
    await take(event(planned.messageId, { event: 'processed' }), event(messageId, { event: 'processed' }));
    expect(await message(planned.messageId)).toMatchObject({ state: 'planned' });
    expect(await message(messageId)).toMatchObject({ state: 'cancelled', reason: 'moved' });
  });

  it('reach a claimed letter before its worker does: it is not sent a second time', async () => {
    const { messageId } = await attempted('retry');
    await database.engine.query(`UPDATE messages SET next_attempt_at = clock_timestamp() WHERE id = $1`, [messageId]);
    const claim = await worker.claims.take(REAL_LANE, 10, []);
    expect(claim.messages.map(({ id }) => id)).toContain(messageId);
    const letters = await worker.composer.compose(REAL_LANE, claim.messages);
    await take(event(messageId, { event: 'delivered' }));
    const { cleared } = await worker.guard.clear(REAL_LANE, claim.token, worker.transport, letters);
    expect(cleared.map(({ letter }) => letter.message.id)).not.toContain(messageId);
    expect(await message(messageId)).toMatchObject({ state: 'accepted', delivery: 'delivered' });
  });

  it('count once, however often they come, also at the same time', async () => {
    const { messageId } = await attempted('accepted');
    const batch = [
      event(messageId, { event: 'delivered', sg_event_id: 'a' }),
      event(messageId, { event: 'delivered', sg_event_id: 'b' }),
      event(messageId, { event: 'processed' }),
    ];
    const taken = await Promise.all([take(...batch), take(...[...batch].reverse()), take(...batch)]);
    expect(taken.reduce((sum, { stored }) => sum + stored, 0)).toBe(2);
    expect(taken.reduce((sum, { duplicates }) => sum + duplicates, 0)).toBe(7);
    expect(
      await database.engine.query('SELECT kind FROM provider_events WHERE message_id = $1', [messageId]),
    ).toHaveLength(2);
  });

  it('end in the same letter in every order', async () => {
    const story = [
      { event: 'processed', timestamp: NOW_S },
      { event: 'deferred', timestamp: NOW_S + 1 },
      { event: 'delivered', timestamp: NOW_S + 2 },
      { event: 'open', timestamp: NOW_S + 3 },
      { event: 'bounce', timestamp: NOW_S + 4, reason: '550 late refusal' },
    ];
    await fc.assert(
      fc.asyncProperty(fc.shuffledSubarray(story, { minLength: story.length }), async (order) => {
        contactId = await aContact(database.engine, store.liveId);
        const { messageId } = await attempted('unknown');
        for (const fields of order) await take(event(messageId, fields));
        expect(await message(messageId)).toMatchObject({
          state: 'accepted',
          delivery: 'bounced',
          delivered_at: new Date((NOW_S + 2) * 1_000),
          bounced_at: new Date((NOW_S + 4) * 1_000),
          opens: 0,
          machine_opens: 0,
        });
        expect(await suppression()).toBe('hard_bounce');
      }),
      { numRuns: 6 },
    );
  });

  it('are parked when nobody here knows their letter, or it is another store’s', async () => {
    const other = await aStore(database.engine);
    const foreign = await aLetter(database.engine, { environmentId: other.liveId, storeId: other.storeId });
    expect(
      await take(
        event(newId(), { event: 'delivered' }),
        event(foreign, { event: 'bounce' }),
        event(null, { event: 'bounce' }),
      ),
    ).toEqual({ stored: 3, duplicates: 0, parked: 3 });
    expect(await message(foreign)).toMatchObject({ bounced_at: null, delivery: null });
  });

  it('of an erased person change the letter and nobody else', async () => {
    const { messageId } = await attempted('unknown');
    await database.engine.query('UPDATE messages SET to_address = NULL WHERE id = $1', [messageId]);
    await database.engine.query('UPDATE contacts SET email = NULL, email_key = NULL, erased_at = now() WHERE id = $1', [
      contactId,
    ]);
    await take(event(messageId, { event: 'bounce', reason: '550 gone@example.com' }));
    expect(await message(messageId)).toMatchObject({ state: 'accepted', delivery: 'bounced' });
    expect(await row('SELECT 1 FROM suppressions WHERE email LIKE $1', ['gone@%'])).toBeUndefined();
  });

  it('of a bounce block the address and end the runs that would write to it', async () => {
    const { messageId } = await attempted('accepted');
    const waiting = await aPlannedLetter(database.engine, store, contactId, { subject: 'another' });
    const service = await aPlannedLetter(database.engine, store, contactId, {
      subject: 'its',
      messageClass: 'service',
    });
    await take(event(messageId, { event: 'bounce', type: 'bounce' }));
    expect(await suppression()).toBe('hard_bounce');
    expect(await run(waiting.enrollmentId)).toEqual({ state: 'ended', end_reason: 'suppressed' });
    expect(await message(waiting.messageId)).toMatchObject({ state: 'cancelled', reason: 'suppressed' });
    expect(await run(service.enrollmentId)).toMatchObject({ end_reason: null });
  });

  it('of a bounce at an address that the person has left do not end the runs to the new one', async () => {
    const { messageId } = await attempted('accepted');
    const old = await emailOf();
    await database.engine.query('UPDATE contacts SET email = $2, email_key = $2 WHERE id = $1', [
      contactId,
      `new-${old}`,
    ]);
    const waiting = await aPlannedLetter(database.engine, store, contactId, { subject: 'another' });
    await take(event(messageId, { event: 'bounce' }));
    expect(await run(waiting.enrollmentId)).toMatchObject({ end_reason: null });
    expect(await suppression()).toBeUndefined();
    expect(await row('SELECT reason FROM suppressions WHERE email_key = $1', [old])).toEqual({ reason: 'hard_bounce' });
  });

  it('of a complaint mark the letter, block the address and end the runs', async () => {
    const { messageId } = await attempted('accepted');
    const waiting = await aPlannedLetter(database.engine, store, contactId, { subject: 'another' });
    await take(event(messageId, { event: 'spamreport' }));
    expect(await message(messageId)).toMatchObject({ complained_at: new Date(NOW_S * 1_000), delivery: 'complained' });
    expect(await suppression()).toBe('complaint');
    expect(await run(waiting.enrollmentId)).toEqual({ state: 'ended', end_reason: 'suppressed' });
  });

  it('of an unsubscribe take consent back with evidence, unless it was given anew since', async () => {
    const { messageId } = await attempted('accepted');
    const waiting = await aPlannedLetter(database.engine, store, contactId, { subject: 'another' });
    await database.engine.query(`UPDATE contacts SET consent_changed_at = '2026-11-01T13:00Z' WHERE id = $1`, [
      contactId,
    ]);
    await take(event(messageId, { event: 'unsubscribe' }));
    expect(await run(waiting.enrollmentId)).toMatchObject({ end_reason: null });
    await take(event(messageId, { event: 'group_unsubscribe', timestamp: NOW_S + 7_200 }));
    expect(await run(waiting.enrollmentId)).toEqual({ state: 'ended', end_reason: 'unsubscribed' });
    expect(await row('SELECT marketing_consent FROM contacts WHERE id = $1', [contactId])).toEqual({
      marketing_consent: false,
    });
    expect(await message(messageId)).toMatchObject({ unsubscribed_at: new Date(NOW_S * 1_000) });
    expect(await database.engine.query('SELECT source FROM consents WHERE contact_id = $1', [contactId])).toEqual([
      { source: 'provider_unsubscribe' },
      { source: 'provider_unsubscribe' },
    ]);
  });

  describe('of refusals for now', () => {
    const refused = (mid: string, day: number, fields: object = {}): ProviderEvent =>
      event(mid, { event: 'bounce', type: 'blocked', timestamp: NOW_S - (20 - day) * DAY_S, ...fields });

    it('give an address up on the fifth day, not at the fifth refusal', async () => {
      const { messageId } = await attempted('accepted');
      await take(...[0, 1, 2, 3, 4].map((hour) => refused(messageId, 1, { reason: `try ${hour}` })));
      for (const day of [2, 3, 4]) await take(refused(messageId, day, { event: 'deferred' }));
      expect(await suppression()).toBeUndefined();
      await take(refused(messageId, 5));
      expect(await suppression()).toBe('soft_bounces');
      expect(await message(messageId)).toMatchObject({ delivery: 'blocked' });
    });

    it('begin anew after a delivery, also when they are told late', async () => {
      const { messageId } = await attempted('accepted');
      for (const day of [1, 2, 3]) await take(refused(messageId, day));
      await take(refused(messageId, 4, { event: 'delivered' }));
      await take(refused(messageId, 3, { reason: 'told late' }), refused(messageId, 5), refused(messageId, 6));
      expect(await suppression()).toBeUndefined();
      for (const day of [7, 8]) await take(refused(messageId, day));
      expect(await suppression()).toBeUndefined();
      await take(refused(messageId, 9));
      expect(await suppression()).toBe('soft_bounces');
    });

    it('do not block an address at once that a person has let go', async () => {
      const { messageId } = await attempted('accepted');
      for (const day of [1, 2, 3, 4, 5]) await take(refused(messageId, day));
      await database.engine.query('DELETE FROM suppressions WHERE email_key = $1', [await emailOf()]);
      await take(refused(messageId, 6));
      expect(await suppression()).toBeUndefined();
    });
  });

  it('of a mailbox’s reader find the letter by its Message-ID, or by the address it went to last', async () => {
    const { messageId } = await attempted('unresolved');
    await take(
      ...bounceReports({ messageId: `<${messageId}.1@shop.example>`, kind: 'soft', at: '2026-11-01T12:00:00Z' }),
    );
    expect(await message(messageId)).toMatchObject({ state: 'accepted', delivery: 'blocked' });
    const address = await emailOf();
    await take(...bounceReports({ address, messageId: newId(), kind: 'hard', at: '2026-11-02T12:00:00Z' }));
    expect(await message(messageId)).toMatchObject({ delivery: 'bounced' });
    expect(await suppression()).toBe('hard_bounce');
  });

  it('of a mailbox’s reader block an address to which nothing went lately', async () => {
    const waiting = await aPlannedLetter(database.engine, store, contactId, { subject: 'another' });
    expect(await take(...bounceReports({ address: await emailOf(), kind: 'hard' }))).toMatchObject({ parked: 0 });
    expect(await suppression()).toBe('hard_bounce');
    expect(await run(waiting.enrollmentId)).toEqual({ state: 'ended', end_reason: 'suppressed' });
    expect(await take(...bounceReports({ address: 'nobody@example.com', kind: 'hard' }))).toMatchObject({ parked: 1 });
  });
});
