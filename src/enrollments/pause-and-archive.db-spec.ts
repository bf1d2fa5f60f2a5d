import { Logger } from '@nestjs/common';
import { jest } from '@jest/globals';
import { migratedDatabase, type TestDatabase } from '../../test/support/database.js';
import { ABANDONED_CART, NINE } from '../../test/support/domain-builders.js';
import { REAL_LANE } from '../platform/clock/lane.js';
import { aWorker, cart, settle, Shop, type Worker } from './engine.builder.js';

const DUE = '2026-11-21T09:45:00.000Z';

describe('a scenario that is stopped', () => {
  let database: TestDatabase;
  let shop: Shop;
  let worker: Worker;
  let anna: string;

  beforeAll(async () => {
    database = await migratedDatabase();
  });
  afterAll(() => database.close());
  beforeEach(async () => {
    shop = await Shop.open(database);
    worker = aWorker(database);
    await shop.publish(ABANDONED_CART);
    anna = await shop.contact();
    await shop.receive(anna, cart(NINE));
    await settle(worker, shop.lane(NINE));
  });

  it('takes nobody in and holds what comes due while it is paused', async () => {
    await shop.setState('abandoned-cart', 'paused');
    const boris = await shop.contact();
    const event = await shop.receive(boris, cart(NINE));
    await settle(worker, shop.lane(DUE));
    expect(await shop.outcomes(event)).toEqual(['none paused']);
    expect(await shop.runs(anna)).toMatchObject([{ state: 'waiting', held: true }]);
    expect(worker.ledger.messages).toEqual([]);
  });

  it('holds nothing that begins anew meanwhile, until that comes due, and nothing that ends', async () => {
    await shop.setState('abandoned-cart', 'paused');
    await settle(worker, shop.lane(DUE));
    await shop.receive(anna, cart(DUE));
    await settle(worker, shop.lane(DUE));
    expect(await shop.runs(anna)).toMatchObject([{ state: 'waiting', pass: 2, held: false }]);
    await settle(worker, shop.lane('2026-11-21T10:30:00.000Z'));
    expect(await shop.runs(anna)).toMatchObject([{ state: 'waiting', pass: 2, held: true }]);
    await shop.setState('abandoned-cart', 'archived');
    await worker.scenarioRuns.archive(shop.environmentId, 'abandoned-cart');
    expect(await shop.runs(anna)).toMatchObject([{ state: 'ended', held: false }]);
  });

  it('goes on where it stood when it is resumed', async () => {
    await shop.setState('abandoned-cart', 'paused');
    await settle(worker, shop.lane(DUE));
    await shop.setState('abandoned-cart', 'published');
    await worker.scenarioRuns.release(shop.environmentId, 'abandoned-cart');
    await settle(worker, shop.lane('2026-11-21T12:00:00Z'));
    expect(worker.ledger.summary()).toEqual(['reminder 1: planned']);
    expect(worker.ledger.messages[0]!.dueAt).toEqual(new Date(DUE));
    expect(worker.ledger.released).toEqual(['abandoned-cart']);
  });

  it('is looked at in live once while it is paused, and goes on at once when it is resumed', async () => {
    const live = await Shop.open(database, 'real');
    const turn = async (state: 'published' | 'paused'): Promise<void> => {
      await live.setState('abandoned-cart', state);
      worker.registry.forget(live.environmentId);
    };
    await live.publish(ABANDONED_CART);
    const carts = ['10 minutes', '1 second'];
    for (const overdue of carts) {
      await turn('published');
      const contact = await live.contact();
      await live.receive(contact, cart(new Date().toISOString()));
      await worker.events.batch(REAL_LANE);
      const due = `UPDATE enrollments SET due_at = clock_timestamp() - $2::interval WHERE contact_id = $1`;
      await database.engine.query(due, [contact, overdue]);
      await turn('paused');
      expect([await worker.due.batch(REAL_LANE), await worker.due.batch(REAL_LANE)]).toEqual([1, 0]);
    }
    await turn('published');
    await worker.scenarioRuns.release(live.environmentId, 'abandoned-cart');
    expect(await worker.due.batch(REAL_LANE)).toBe(carts.length);
  });

  it('goes on even where a worker held a run after the resume, because it had not heard of it', async () => {
    await shop.setState('abandoned-cart', 'paused');
    await settle(worker, shop.lane(DUE));
    await shop.setState('abandoned-cart', 'published');
    await worker.scenarioRuns.mend();
    await settle(worker, shop.lane(DUE));
    expect(worker.ledger.summary()).toEqual(['reminder 1: planned']);
  });

  it('skips what became too late while it was paused', async () => {
    await shop.setState('abandoned-cart', 'paused');
    await settle(worker, shop.lane(DUE));
    await shop.setState('abandoned-cart', 'published');
    await worker.scenarioRuns.release(shop.environmentId, 'abandoned-cart');
    await settle(worker, shop.lane('2026-11-22T09:45:00.001Z'));
    expect(worker.ledger.summary()).toEqual(['reminder 1: skipped late']);
  });

  it('ends its runs and takes back their letters when it is archived', async () => {
    const boris = await shop.contact();
    await shop.receive(boris, cart('2026-11-21T09:30:00Z'));
    await settle(worker, shop.lane(DUE));
    await shop.setState('abandoned-cart', 'archived');
    await worker.scenarioRuns.archive(shop.environmentId, 'abandoned-cart');
    for (const contact of [anna, boris])
      expect(await shop.runs(contact)).toMatchObject([{ state: 'ended', endReason: 'scenario_archived' }]);
    expect(worker.ledger.summary()).toEqual(['reminder 1: cancelled archived']);
  });

  it('and published again is left alone by whoever still ends its runs', async () => {
    await shop.setState('abandoned-cart', 'archived');
    await shop.setState('abandoned-cart', 'published');
    expect(await worker.scenarioRuns.archive(shop.environmentId, 'abandoned-cart')).toBe(true);
    expect(await shop.runs(anna)).toMatchObject([{ state: 'waiting', endReason: null }]);
  });

  it('is mended, and so is everybody else’s, where the mending of another failed', async () => {
    const other = await Shop.open(database);
    await other.publish(ABANDONED_CART);
    const boris = await other.contact();
    await other.receive(boris, cart(NINE));
    await settle(worker, other.lane(NINE));
    for (const one of [shop, other]) await one.setState('abandoned-cart', 'archived');
    const archive = jest.spyOn(worker.ledger, 'archive').mockRejectedValueOnce(new Error('a fault of ours'));
    Logger.overrideLogger(false);
    await worker.scenarioRuns.mend();
    Logger.overrideLogger(new Logger());
    const mended = archive.mock.calls.map(([, environmentId]) => environmentId);
    expect(mended).toEqual(expect.arrayContaining([shop.environmentId, other.environmentId]));
  });

  it('also ends a run that an entry of the last second left behind', async () => {
    await shop.setState('abandoned-cart', 'archived');
    await settle(worker, shop.lane(DUE));
    expect(await shop.runs(anna)).toMatchObject([{ state: 'ended', endReason: 'scenario_archived' }]);
    const boris = await shop.contact();
    await shop.setState('abandoned-cart', 'published');
    await shop.receive(boris, cart(DUE));
    await settle(worker, shop.lane(DUE));
    await shop.setState('abandoned-cart', 'archived');
    await worker.scenarioRuns.mend();
    expect(await shop.runs(boris)).toMatchObject([{ state: 'ended', endReason: 'scenario_archived' }]);
  });

  it('waits with the runs of whom a session keeps holding, and holds up nothing else', async () => {
    Logger.overrideLogger(false); // it is told
    await shop.setState('abandoned-cart', 'archived');
    await database.engine.transaction(async (tx) => {
      await tx.query('SELECT id FROM contacts WHERE id = $1 FOR UPDATE', [anna]);
      await worker.scenarioRuns.mend();
    });
    Logger.overrideLogger(new Logger());
    expect(await shop.runs(anna)).toMatchObject([{ state: 'waiting' }]);
    await worker.scenarioRuns.mend();
    expect(await shop.runs(anna)).toMatchObject([{ state: 'ended', endReason: 'scenario_archived' }]);
  });

  it('of a sandbox is completed at the sandbox’s time and by nobody of live', async () => {
    for (const [step, at] of [
      ['reminder', DUE],
      ['follow-up', '2026-11-23T09:45:00.000Z'],
    ] as const) {
      await settle(worker, shop.lane(at));
      const letter = worker.ledger.messages.find(({ stepId }) => stepId === step);
      await worker.sent(letter!, new Date(at));
      letter!.state = 'accepted';
    }
    await worker.scenarioRuns.mend();
    expect(await shop.runs(anna)).toMatchObject([{ state: 'sending', position: 'end' }]);
  });

  it('keeps what it held where it is paused again while it is being resumed', async () => {
    await shop.setState('abandoned-cart', 'paused');
    await settle(worker, shop.lane(DUE));
    await worker.scenarioRuns.release(shop.environmentId, 'abandoned-cart');
    expect(await shop.runs(anna)).toMatchObject([{ state: 'waiting', held: true }]);
  });
});
