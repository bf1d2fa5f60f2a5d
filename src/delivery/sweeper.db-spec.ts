import { Logger } from '@nestjs/common';
import { aStore, migratedDatabase, type TestDatabase, type TestStore } from '../../test/support/database.js';
import { aWorker } from '../../test/support/delivery-rig.js';
import { aContact } from '../../test/support/letters.js';
import { aPlannedLetter, aScenario, type LetterOptions, messageRow } from '../../test/support/planned-letters.js';
import { newId } from '../platform/ids.js';

const AT_LEAST_ONCE = { policy: 'at-least-once' } as const;

describe('a sweep', () => {
  let database: TestDatabase;
  let store: TestStore;

  beforeAll(async () => {
    Logger.overrideLogger(false); // taking over is a warning for people to look at
    database = await migratedDatabase();
  });
  afterAll(() => database.close());
  beforeEach(async () => {
    await database.engine.query('DELETE FROM messages');
    await database.engine.query('DELETE FROM stats_dirty');
    store = await aStore(database.engine);
    await aScenario(database.engine, store);
  });

  const sweep = () => aWorker(database.engine).sweeper.sweep();
  const message = (id: string) => messageRow(database.engine, id);
  const run = async (id: string) =>
    (await database.engine.query('SELECT state, end_reason FROM enrollments WHERE id = $1', [id]))[0];
  const dirty = () => database.engine.query('SELECT step_id, day::text FROM stats_dirty ORDER BY step_id');

  /** A letter of a run, set to how it stands by these columns of SQL. */
  async function aLetter(columns: string, options: LetterOptions = {}): Promise<{ id: string; enrollmentId: string }> {
    const contactId = await aContact(database.engine, store.liveId);
    const { messageId: id, enrollmentId } = await aPlannedLetter(database.engine, store, contactId, options);
    await database.engine.query(`UPDATE messages SET ${columns} WHERE id = $1`, [id]);
    return { id, enrollmentId };
  }
  const token = newId();
  const dead = newId();
  const holds = (worker: string, lease = '1 minute') =>
    `claim_token = '${token}', claimed_by = '${worker}', lease_until = clock_timestamp() + interval '${lease}'`;
  const went = (provider: string) =>
    `attempts = 2, provider = '${provider}', sent_at = '2026-11-21T09:00:00Z', sent_on = '2026-11-21'`;
  const WENT = went('scripted');
  const unknownSince = (time: string) => `unknown_since = clock_timestamp() - interval '${time}'`;
  const unknownFor = (time: string) => `state = 'unknown', ${WENT}, ${unknownSince(time)}`;

  async function aLivingWorker(): Promise<{ readonly id: string; die(): Promise<unknown> }> {
    const id = newId();
    const client = await database.engine.pool.connect();
    await client.query(`SELECT pg_advisory_lock(hashtextextended($1, 0))`, [id]);
    await client.query(`INSERT INTO workers (id, lock_key) VALUES ($1::uuid, hashtextextended($1::uuid::text, 0))`, [
      id,
    ]);
    return {
      id,
      async die() {
        await client.query('SELECT pg_advisory_unlock_all()');
        client.release();
      },
    };
  }

  describe('of letters that a worker holds', () => {
    it('plans what was only claimed anew, as if nobody had taken it', async () => {
      const { id } = await aLetter(`state = 'claimed', next_attempt_at = clock_timestamp(), ${holds(dead)}`);
      await sweep();
      const free = { claim_token: null, claimed_by: null, lease_until: null, next_attempt_at: null };
      expect(await message(id)).toMatchObject({ state: 'planned', ...free });
      expect(await dirty()).toEqual([]);
    });

    it('calls unknown what was on its way: its token stays for an answer, and its attempt says why', async () => {
      const { id } = await aLetter(`state = 'sending', ${WENT}, ${holds(dead)}`);
      const other = await aLetter(`state = 'accepted', ${WENT}, accepted_at = sent_at`);
      for (const [letter, attempt] of [
        [id, 1],
        [id, 2],
        [other.id, 2],
      ])
        await database.engine.query(
          `INSERT INTO send_attempts (environment_id, message_id, attempt, token, worker, started_at) VALUES ($1, $2, $3, $4, $5, now())`,
          [store.liveId, letter, attempt, token, dead],
        );
      await sweep();
      const unknown = { state: 'unknown', claim_token: token, claimed_by: null, lease_until: null };
      expect(await message(id)).toMatchObject({ ...unknown, accepted_at: null, reconciled_by: null });
      expect((await message(id)).unknown_since).not.toBeNull();
      const told = await database.engine.query(
        'SELECT message_id, attempt, outcome, detail FROM send_attempts WHERE finished_at IS NOT NULL',
      );
      expect(told).toEqual([{ message_id: id, attempt: 2, outcome: 'unknown', detail: 'the worker was gone' }]);
      expect(await dirty()).toEqual([{ step_id: 'reminder', day: '2026-11-21' }]);
    });

    it('calls accepted what only had to be written down, and completes the run that waited for it', async () => {
      const columns = `state = 'sending', ${went('outbox')}, ${holds(dead)}`;
      const { id, enrollmentId } = await aLetter(columns, { step: 'follow-up', position: 'end' });
      await sweep();
      const accepted = { state: 'accepted', reconciled_by: 'outbox', unknown_since: null };
      expect(await message(id)).toMatchObject(accepted);
      expect((await message(id)).accepted_at).toEqual((await message(id)).sent_at);
      expect(await run(enrollmentId)).toEqual({ state: 'ended', end_reason: 'completed' });
    });

    it('leaves alone what the dead worker had done with, and what a living one holds in time', async () => {
      const living = await aLivingWorker();
      await aLetter(`state = 'sending', ${WENT}, ${holds(dead)}`);
      const left = [
        await aLetter(`state = 'accepted', ${WENT}, accepted_at = sent_at, ${holds(dead, '-1 hour')}`),
        await aLetter(
          `state = 'retry', ${WENT}, next_attempt_at = clock_timestamp() + interval '1 hour', ${holds(dead)}`,
        ),
        await aLetter(`state = 'claimed', ${holds(living.id)}`),
        await aLetter(`state = 'sending', ${WENT}, ${holds(living.id)}`),
      ];
      const before = await Promise.all(left.map(({ id }) => message(id)));
      await sweep();
      expect(await Promise.all(left.map(({ id }) => message(id)))).toEqual(before);
      await living.die();
    });

    it('takes from a living one what it held for longer than its lease', async () => {
      const living = await aLivingWorker();
      const { id } = await aLetter(`state = 'claimed', ${holds(living.id, '-1 second')}`);
      await sweep();
      expect(await message(id)).toMatchObject({ state: 'planned' });
      await living.die();
    });
  });

  describe('of letters of which nobody knows what became', () => {
    it.each([
      ['that may go twice, after ten minutes', 'retry', '11 minutes', '', AT_LEAST_ONCE],
      ['that may go twice, not before', 'unknown', '9 minutes', '', AT_LEAST_ONCE],
      ['that went twice already, not after ten minutes', 'unknown', '11 minutes', ', dup_risk = true', AT_LEAST_ONCE],
      [
        'that its run took back, not after ten minutes',
        'unknown',
        '11 minutes',
        ', cancel_requested = true',
        AT_LEAST_ONCE,
      ],
      ['that no run sends, not after ten minutes', 'unknown', '11 minutes', ', enrollment_id = NULL', AT_LEAST_ONCE],
      ['that may go once, not after ten minutes', 'unknown', '59 minutes', '', {}],
      ['that went twice already, after an hour', 'unresolved', '61 minutes', ', dup_risk = true', AT_LEAST_ONCE],
      ['that its run took back, after an hour', 'unresolved', '61 minutes', ', cancel_requested = true', AT_LEAST_ONCE],
      ['that no run sends, after an hour', 'unresolved', '61 minutes', ', enrollment_id = NULL', AT_LEAST_ONCE],
      ['that may go once, after an hour', 'unresolved', '61 minutes', '', {}],
    ])('decides of one %s: %s', async (_, state, time, columns, options) => {
      const { id } = await aLetter(unknownFor(time) + columns, options);
      const { dup_risk: before } = await message(id);
      await sweep();
      expect(await message(id)).toMatchObject({ state, dup_risk: state === 'retry' ? true : before });
      expect(await dirty()).toHaveLength(state === 'unresolved' ? 1 : 0);
    });

    it('ends a test letter, which is in no figure', async () => {
      const none = 'enrollment_id = NULL, scenario_key = NULL, version = NULL, step_id = NULL, step_number = NULL';
      const { id } = await aLetter(`${unknownFor('61 minutes')}, ${none}`);
      await sweep();
      expect(await message(id)).toMatchObject({ state: 'unresolved' });
      expect(await dirty()).toEqual([]);
    });

    it('leaves those of which it has become known', async () => {
      const { id } = await aLetter(`state = 'accepted', ${WENT}, accepted_at = sent_at, ${unknownSince('2 hours')}`);
      await sweep();
      expect(await message(id)).toMatchObject({ state: 'accepted' });
    });
  });

  describe('of what was written while the database’s clock was ahead', () => {
    const inMinutes = async (id: string, column: string): Promise<number> => {
      const [row] = await database.engine.query<{ minutes: number }>(
        `SELECT round(extract(epoch FROM ${column} - clock_timestamp()) / 60)::int AS minutes FROM messages WHERE id = $1`,
        [id],
      );
      return row!.minutes;
    };

    it.each([
      [
        'a lease ends in a lease from now',
        1,
        'lease_until',
        (worker: string) => `state = 'claimed', ${holds(worker, '1 day')}`,
      ],
      [
        'a repetition comes in an hour',
        60,
        'next_attempt_at',
        () => `state = 'retry', ${WENT}, next_attempt_at = clock_timestamp() + interval '1 day'`,
      ],
      ['what is unknown is unknown since now', 0, 'unknown_since', () => unknownFor('-1 day')],
    ])('%s', async (_what, minutes, column, columns) => {
      const living = await aLivingWorker();
      const { id } = await aLetter(columns(living.id));
      const before = await message(id);
      await sweep();
      expect(await inMinutes(id, column)).toBe(minutes);
      expect({ ...(await message(id)), [column]: null }).toEqual({ ...before, [column]: null });
      await living.die();
    });
  });

  it('releases held letters of what is published, not of what is paused, whatever else has its name', async () => {
    const publish = (kind: string, key: string, state: string) =>
      database.engine.query(
        `INSERT INTO publications (environment_id, kind, key, version, state) VALUES ($1, $2, $3, 1, $4)
         ON CONFLICT (environment_id, kind, key) DO UPDATE SET state = excluded.state`,
        [store.liveId, kind, key, state],
      );
    await aScenario(database.engine, store, { key: 'paused' });
    await publish('scenario', 'paused', 'paused');
    await publish('template', 'paused', 'published');
    const [free, paused] = [await aLetter('held = true'), await aLetter('held = true', { scenario: 'paused' })];
    await sweep();
    expect(await message(free.id)).toMatchObject({ held: false });
    expect(await message(paused.id)).toMatchObject({ held: true });
  });

  it('does not wait for a letter that somebody holds: the others have their turn', async () => {
    const letters = [
      await aLetter(`state = 'claimed', ${holds(dead)}`),
      await aLetter(unknownFor('2 hours')),
      await aLetter(`state = 'claimed', ${holds(dead)}`),
      await aLetter(unknownFor('2 hours')),
    ];
    await database.engine.transaction(async (tx) => {
      await tx.query('SELECT id FROM messages WHERE id = ANY ($1) FOR NO KEY UPDATE', [
        letters.slice(0, 2).map(({ id }) => id),
      ]);
      await sweep();
    });
    const states = await Promise.all(letters.map(async ({ id }) => (await message(id)).state as string));
    expect(states).toEqual(['claimed', 'unknown', 'planned', 'unresolved']);
  });
});
