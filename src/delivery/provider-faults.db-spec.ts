import { Logger } from '@nestjs/common';
import { aStore, migratedDatabase, type TestDatabase, type TestStore } from '../../test/support/database.js';
import { aWorker, ScriptedTransport } from '../../test/support/delivery-rig.js';
import { aPlannedLetter, aScenario, messageRow, tryAgainNow } from '../../test/support/planned-letters.js';
import { aContact } from '../../test/support/letters.js';
import { REAL_LANE } from '../platform/clock/lane.js';
import { MOST_EQUAL_REFUSALS } from './circuits.js';
import { failureOf, smtpOutcome } from './transports/smtp-outcome.js';
import type { SendResult } from './transports/transport.js';

describe('a provider that takes no letter at all', () => {
  let database: TestDatabase;
  let store: TestStore;

  beforeAll(async () => {
    Logger.overrideLogger(false); // an open circuit is an error for people to look at
    database = await migratedDatabase();
    store = await aStore(database.engine);
    await aScenario(database.engine, store);
  });
  afterEach(() =>
    database.engine.query(`UPDATE messages SET state = 'cancelled', reason = 'moved' WHERE state = 'planned'`),
  );
  afterAll(() => database.close());

  const person = (): Promise<string> => aContact(database.engine, store.liveId);
  const message = (id: string) => messageRow(database.engine, id);

  it('burns no letter on a wrong key and keeps the rest of the store back', async () => {
    const transport = new ScriptedTransport(1);
    transport.script = [() => ({ kind: 'config', status: 401, detail: 'unauthorized' })];
    const first = await aPlannedLetter(database.engine, store, await person());
    const second = await aPlannedLetter(database.engine, store, await person());
    const worker = aWorker(database.engine, { transport });
    await worker.batch.run(REAL_LANE);
    expect(transport.sent).toHaveLength(1);
    expect(await message(first.messageId)).toMatchObject({ state: 'planned' });
    expect(await message(second.messageId)).toMatchObject({ state: 'planned' });
    expect(await worker.batch.run(REAL_LANE)).toEqual({ claimed: 0, accepted: 0 });
    await Promise.all([tryAgainNow(database.engine, first.messageId), tryAgainNow(database.engine, second.messageId)]);
    expect(await aWorker(database.engine).batch.run(REAL_LANE)).toMatchObject({ accepted: 2 });
  });

  it('asks a provider that refuses the key for an hour now and then; once it is repaired all letters go, the late ones say so', async () => {
    const HOUR_MS = 3_600_000;
    const letters = [];
    for (let i = 0; i < 20; i++) letters.push(await aPlannedLetter(database.engine, store, await person()));
    const ids = letters.map(({ messageId }) => messageId);
    const late = ids.slice(0, 5);
    await database.engine.query(`UPDATE messages SET due_at = due_at - interval '25 hours' WHERE id = ANY ($1)`, [
      late,
    ]);
    const states = async () =>
      (
        await database.engine.query<{ what: string }>(
          `SELECT concat_ws(' ', state, reason) AS what FROM messages WHERE id = ANY ($1) ORDER BY array_position($1::uuid[], id)`,
          [ids],
        )
      ).map(({ what }) => what);
    const transport = new ScriptedTransport(2);
    const clock = { ms: 0, now: () => new Date(clock.ms), monotonicMs: () => clock.ms };
    const worker = aWorker(database.engine, { transport, clock });
    const refuse = transport.refuse({ kind: 'config', status: 401, detail: 'unauthorized' });
    for (; clock.ms < HOUR_MS; clock.ms += 10_000) {
      await tryAgainNow(database.engine, ...ids);
      while ((await worker.batch.run(REAL_LANE)).claimed > 0);
    }
    // Half a minute, then twice as long each time, ten minutes at most; as many letters as there are places each time.
    expect(transport.sent.length).toBeLessThanOrEqual(10 * transport.slots);
    expect(new Set((await states()).slice(5))).toEqual(new Set(['planned']));
    refuse.end();
    clock.ms += HOUR_MS;
    await tryAgainNow(database.engine, ...ids);
    while ((await worker.batch.run(REAL_LANE)).claimed > 0);
    expect(await states()).toEqual([
      ...new Array<string>(5).fill('skipped late'),
      ...new Array<string>(15).fill('accepted'),
    ]);
  });

  it('stops asking a provider that refuses letter after letter for the same: only the first ones are burned', async () => {
    const ids: string[] = [];
    for (let i = 0; i < 30; i++) ids.push((await aPlannedLetter(database.engine, store, await person())).messageId);
    const transport = new ScriptedTransport(1);
    transport.refuse({ kind: 'rejected', status: 400, code: '400:content', detail: 'no', concerns: 'content' });
    await aWorker(database.engine, { transport }).batch.run(REAL_LANE);
    const counts = await database.engine.query(
      `SELECT state, count(*)::int AS letters FROM messages WHERE id = ANY ($1) GROUP BY state ORDER BY state`,
      [ids],
    );
    expect(counts).toEqual([
      { state: 'planned', letters: 30 - MOST_EQUAL_REFUSALS },
      { state: 'rejected', letters: MOST_EQUAL_REFUSALS },
    ]);
    await tryAgainNow(database.engine, ...ids);
    expect(await aWorker(database.engine).batch.run(REAL_LANE)).toMatchObject({ accepted: 30 - MOST_EQUAL_REFUSALS });
  });

  it.each(['550', '550 relaying denied', '550 5.7.1 your host is on a list'])(
    'stops asking a mail server that says “%s” to whomever a letter is for',
    async (reply) => {
      const transport = new ScriptedTransport();
      transport.refuse(smtpOutcome(failureOf('RCPT TO', reply), false));
      const ids: string[] = [];
      for (let i = 0; i < 30; i++) ids.push((await aPlannedLetter(database.engine, store, await person())).messageId);
      await aWorker(database.engine, { transport }).batch.run(REAL_LANE);
      const planned = await database.engine.query(`SELECT 1 FROM messages WHERE id = ANY ($1) AND state = 'planned'`, [
        ids,
      ]);
      expect(planned).toHaveLength(30 - MOST_EQUAL_REFUSALS);
    },
  );

  it('goes on where one letter in two is refused for the same: the others show that it is not the settings', async () => {
    const transport = new ScriptedTransport(1);
    const refusal: SendResult = { kind: 'rejected', status: 554, code: '5.7.1', detail: 'policy', concerns: 'content' };
    const acceptance: SendResult = { kind: 'accepted', status: 250, providerMessageId: null };
    const LETTERS = 4 * MOST_EQUAL_REFUSALS;
    transport.script = Array.from({ length: LETTERS }, (_, i) => () => (i % 2 === 0 ? refusal : acceptance));
    for (let i = 0; i < LETTERS; i++) await aPlannedLetter(database.engine, store, await person());
    expect(await aWorker(database.engine, { transport }).batch.run(REAL_LANE)).toMatchObject({ accepted: LETTERS / 2 });
    expect(transport.sent).toHaveLength(LETTERS);
  });

  it('goes on with a store of which many recipients are unknown', async () => {
    const transport = new ScriptedTransport(1);
    transport.refuse({ kind: 'rejected', status: 550, code: '5.1.1', detail: 'no such user', concerns: 'recipient' });
    for (let i = 0; i < 20; i++) await aPlannedLetter(database.engine, store, await person());
    await aWorker(database.engine, { transport }).batch.run(REAL_LANE);
    expect(transport.sent).toHaveLength(20);
  });
});
