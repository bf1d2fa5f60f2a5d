import { migratedDatabase, type TestDatabase } from '../../test/support/database.js';
import { ABANDONED_CART, NINE } from '../../test/support/domain-builders.js';
import { aWorker, cart, order, settle, Shop, type Worker } from './engine.builder.js';

const DUE = '2026-11-21T09:45:00.000Z';
const OTHER = { ...ABANDONED_CART, key: 'other' };

describe('what does not belong together stays apart', () => {
  let database: TestDatabase;
  let shop: Shop;
  let worker: Worker;

  beforeAll(async () => {
    database = await migratedDatabase();
  });
  afterAll(() => database.close());
  beforeEach(async () => {
    shop = await Shop.open(database);
    worker = aWorker(database);
    await shop.publish(ABANDONED_CART);
  });

  it.each(['virtual', 'real'] as const)(
    'a sandbox leaves the events and the runs of another environment alone: %s',
    async (clock) => {
      const other = await Shop.open(database, clock);
      const at = clock === 'real' ? new Date().toISOString() : NINE;
      await other.publish(ABANDONED_CART);
      const anna = await other.contact();
      await other.receive(anna, cart(at));
      await settle(worker, other.lane(at));
      const waits = await other.receive(anna, cart(at, '82'));
      await shop.receive(await shop.contact(), cart(NINE));
      await settle(worker, shop.lane('2100-01-01T00:00:00Z'));
      expect(await other.outcomes(waits)).toBeNull();
      expect(await other.runs(anna)).toMatchObject([{ subject: '81', state: 'waiting', held: false }]);
    },
  );

  it('live leaves the events and the runs of a sandbox alone, however late they are', async () => {
    const anna = await shop.contact();
    const [now, waits] = ['2020-11-21T09:00:00.000Z', cart('2020-11-21T09:01:00.000Z', '82')];
    await shop.receive(anna, cart(now));
    await settle(worker, shop.lane(now));
    const event = await shop.receive(anna, waits);
    const live = await Shop.open(database, 'real');
    await live.publish(ABANDONED_CART);
    const bought = await live.receive(await live.contact(), cart(new Date().toISOString()));
    await settle(worker, live.lane(NINE));
    expect(await live.outcomes(bought)).toEqual(['entered']);
    expect(await shop.outcomes(event)).toBeNull();
    // Moved on, it would wait again: its first letter is too late by years.
    expect(await shop.runs(anna)).toMatchObject([{ subject: '81', state: 'waiting', position: '0', held: false }]);
  });

  it('a run is due at its instant and not before', async () => {
    const anna = await shop.contact();
    await shop.receive(anna, cart(NINE));
    await settle(worker, shop.lane('2026-11-21T09:44:59.999Z'));
    expect(await shop.runs(anna)).toMatchObject([{ state: 'waiting', position: '0' }]);
    await settle(worker, shop.lane(DUE));
    expect(worker.ledger.summary()).toEqual(['reminder 1: planned']);
  });

  it('what was applied once is not applied with the next event', async () => {
    await shop.publish({ ...ABANDONED_CART, reentry: { whileRunning: 'restart' } }, 2);
    const anna = await shop.contact();
    await shop.receive(anna, cart(NINE));
    await settle(worker, shop.lane(NINE));
    await shop.receive(anna, order('2026-11-21T09:10:00.000Z'));
    await settle(worker, shop.lane('2026-11-21T09:10:00.000Z'));
    await shop.receive(anna, { type: 'product.viewed', at: '2026-11-21T09:20:00.000Z' });
    await settle(worker, shop.lane('2026-11-21T09:20:00.000Z'));
    expect(await shop.runs(anna)).toMatchObject([{ state: 'ended', endReason: 'exited:purchased' }]);
  });

  it('the cool-down and the limit of one scenario are none of another’s, and count from its last run', async () => {
    const anna = await shop.contact();
    const at = (day: number) => `2026-11-${day}T09:00:00.000Z`;
    const enter = async (day: number): Promise<string[] | null> => {
      const event = await shop.receive(anna, cart(at(day), `cart-${day}`));
      await settle(worker, shop.lane(at(day)));
      await shop.receive(anna, order(at(day).replace('09:00', '09:10')));
      await settle(worker, shop.lane(at(day).replace('09:00', '09:10')));
      return shop.outcomes(event);
    };
    const weekly = { whileRunning: 'parallel', afterExit: 'P5D', limit: 2 };
    await shop.publish({ ...ABANDONED_CART, reentry: weekly }, 2);
    expect(await enter(10)).toEqual(['entered']);
    expect(await enter(16)).toEqual(['entered']);
    await shop.publish({ ...OTHER, reentry: weekly });
    expect(await enter(17)).toEqual(['none cool_down', 'entered']);
    expect(await enter(27)).toEqual(['none limit', 'entered']);
  });

  describe('a scenario that is stopped or resumed', () => {
    let anna: string;
    let elsewhere: Shop;
    let boris: string;
    beforeEach(async () => {
      elsewhere = await Shop.open(database);
      for (const one of [shop, elsewhere]) await one.publish(OTHER);
      await elsewhere.publish(ABANDONED_CART);
      await database.engine.query(
        `INSERT INTO publications (environment_id, kind, key, version, state) VALUES ($1, 'template', 'abandoned-cart', 1, 'published'),
           ($1, 'template', 'other', 1, 'archived')`,
        [shop.environmentId],
      );
      [anna, boris] = [await shop.contact(), await elsewhere.contact()];
      await shop.receive(anna, cart(NINE));
      await elsewhere.receive(boris, cart(NINE));
      for (const one of [shop, elsewhere]) await settle(worker, one.lane(NINE));
    });
    const scenario = (key: string, state: 'published' | 'paused' | 'archived') =>
      database.engine.query(
        `UPDATE publications SET state = $3 WHERE environment_id = $1 AND key = $2 AND kind = 'scenario'`,
        [shop.environmentId, key, state],
      );
    const hold = () =>
      database.engine.query('UPDATE enrollments SET held = true WHERE contact_id = ANY ($1)', [[anna, boris]]);
    const seen = async (where: Shop, contact: string) =>
      database.engine.query<{ scenario_key: string; state: string; held: boolean }>(
        'SELECT scenario_key, state, held FROM enrollments WHERE environment_id = $1 AND contact_id = $2 ORDER BY 1',
        [where.environmentId, contact],
      );

    it.each(['archive', 'mend'] as const)('ends its own runs only: %s', async (how) => {
      await scenario('abandoned-cart', 'archived');
      await (how === 'mend'
        ? worker.scenarioRuns.mend()
        : worker.scenarioRuns.archive(shop.environmentId, 'abandoned-cart'));
      const [ended, left] = [{ state: 'ended' }, { state: 'waiting' }];
      expect(await seen(shop, anna)).toMatchObject([ended, left]);
      expect(await seen(elsewhere, boris)).toMatchObject([left, left]);
    });

    it.each(['release', 'mend'] as const)('lets its own runs go on only: %s', async (how) => {
      await hold();
      await scenario('other', 'paused');
      await elsewhere.setState('abandoned-cart', 'paused');
      await elsewhere.setState('other', 'paused');
      await (how === 'mend'
        ? worker.scenarioRuns.mend()
        : worker.scenarioRuns.release(shop.environmentId, 'abandoned-cart'));
      expect(await seen(shop, anna)).toMatchObject([{ held: false }, { held: true }]);
      expect(await seen(elsewhere, boris)).toMatchObject([{ held: true }, { held: true }]);
    });
  });
});
