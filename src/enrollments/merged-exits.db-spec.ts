import { migratedDatabase, type TestDatabase } from '../../test/support/database.js';
import { ABANDONED_CART, anEmailStep, NINE } from '../../test/support/domain-builders.js';
import type { Sql } from '../platform/database/sql.js';
import { aWorker, cart, order, settle, Shop, type Worker } from './engine.builder.js';

const TEN_PAST = '2026-11-21T09:10:00.000Z';
const TWENTY_PAST = '2026-11-21T09:20:00.000Z';
const DUE = '2026-11-21T09:45:00.000Z';

describe('what one contact did before it turned out to be the other', () => {
  let database: TestDatabase;
  let shop: Shop;
  let worker: Worker;
  let older: string;
  let younger: string;

  beforeAll(async () => {
    database = await migratedDatabase();
  });
  afterAll(() => database.close());
  beforeEach(async () => {
    shop = await Shop.open(database);
    worker = aWorker(database);
    [older, younger] = [await shop.contact(), await shop.contact()];
  });

  /** As contacts do it: runs first, then the events' rows. Answers the statements that the runs cost. */
  async function merge(): Promise<string[]> {
    const { environmentId } = shop;
    const statements: string[] = [];
    await database.engine.transaction(async (tx) => {
      const counted: Sql = {
        query: (text, values) => {
          statements.push(text);
          return tx.query(text, values);
        },
      };
      const at = new Date(TWENTY_PAST);
      await worker.merger.mergeRuns(counted, { environmentId, from: younger, into: older, at });
      await tx.query('UPDATE storefront_events SET contact_id = $3 WHERE environment_id = $1 AND contact_id = $2', [
        environmentId,
        younger,
        older,
      ]);
    });
    return statements;
  }

  it.each(['older', 'younger'])('ends the cart that the %s left and the other bought', async (left) => {
    await shop.publish(ABANDONED_CART);
    const [browser, buyer] = left === 'older' ? [older, younger] : [younger, older];
    await shop.receive(browser, cart(NINE));
    await shop.receive(buyer, order(TEN_PAST));
    await settle(worker, shop.lane(TEN_PAST));
    await merge();
    const [run] = await shop.runs(older);
    expect(run).toMatchObject({ state: 'ended', endReason: 'exited:purchased' });
    expect(await shop.history(run!.id)).toEqual(['entered', 'waiting pause-1', 'ended exited:purchased']);
    await settle(worker, shop.lane(DUE));
    expect(worker.ledger.summary()).toEqual([]);
  });

  it('takes back the letter that the run had planned', async () => {
    await shop.publish(ABANDONED_CART);
    await shop.receive(older, cart('2026-11-21T08:20:00Z'));
    await settle(worker, shop.lane(TEN_PAST));
    await shop.receive(younger, order(TEN_PAST));
    await settle(worker, shop.lane(TEN_PAST));
    await merge();
    expect(worker.ledger.summary()).toEqual(['reminder 1: cancelled exited:purchased']);
  });

  it.each([
    ['at the instant at which the run began ends it', NINE, 'exited:purchased'],
    ['from before it began leaves it alone', '2026-11-21T08:59:59.999Z', null],
  ])('%s', async (_what, at, endReason) => {
    await shop.publish(ABANDONED_CART);
    await shop.receive(younger, order(at));
    await shop.receive(older, cart(NINE));
    await settle(worker, shop.lane(TEN_PAST));
    await merge();
    expect(await shop.runs(older)).toMatchObject([{ endReason }]);
  });

  it('ends of two carts the one that was there', async () => {
    await shop.publish(ABANDONED_CART);
    await shop.receive(older, cart(NINE, '81'));
    await shop.receive(older, cart(TWENTY_PAST, '82'));
    await shop.receive(younger, order(TEN_PAST));
    await settle(worker, shop.lane(TWENTY_PAST));
    await merge();
    expect(await shop.runs(older)).toMatchObject([
      { subject: '81', endReason: 'exited:purchased' },
      { subject: '82', endReason: null },
    ]);
  });

  it('is left to the inbox where it still waits there, which says what it did', async () => {
    await shop.publish(ABANDONED_CART);
    await shop.receive(older, cart(NINE));
    await settle(worker, shop.lane(NINE));
    const bought = await shop.receive(younger, order(TEN_PAST));
    await merge();
    expect(await shop.runs(older)).toMatchObject([{ state: 'waiting' }]);
    await settle(worker, shop.lane(TWENTY_PAST));
    expect(await shop.outcomes(bought)).toEqual(['exited exited:purchased']);
  });

  it('ends by an exit with a subject the run of that subject, and every run where the event names none', async () => {
    const bySubject = { event: 'order.placed', subject: 'event.cartId', reason: 'purchased' };
    await shop.publish({ ...ABANDONED_CART, exits: [bySubject], reentry: {} });
    await shop.receive(older, cart(NINE, '81'));
    await shop.receive(older, cart(NINE, '82'));
    await shop.receive(younger, { type: 'order.placed', at: TEN_PAST, data: { orderId: '1', cartId: '83' } });
    await settle(worker, shop.lane(TEN_PAST));
    await merge();
    expect(await shop.runs(older)).toMatchObject([{ state: 'waiting' }, { state: 'waiting' }]);
    younger = await shop.contact();
    await shop.receive(younger, { type: 'order.placed', at: TEN_PAST, data: { orderId: '2' } });
    await settle(worker, shop.lane(TEN_PAST));
    await merge();
    expect(await shop.runs(older)).toMatchObject([{ state: 'ended' }, { state: 'ended' }]);
  });

  it('counts as the one person’s', async () => {
    const second = { event: 'order.placed', when: "count('order.placed') == 2", reason: 'came_back' };
    await shop.publish({ ...ABANDONED_CART, exits: [second] });
    await shop.receive(older, cart(NINE));
    await shop.receive(older, order('2026-11-21T09:05:00Z', 'o-1', '82'));
    await shop.receive(younger, order(TEN_PAST, 'o-2', '83'));
    await settle(worker, shop.lane(TEN_PAST));
    await merge();
    expect(await shop.runs(older)).toMatchObject([{ endReason: 'exited:came_back' }]);
  });

  it('is told of the other only: what somebody did beside their own run was decided when it came', async () => {
    const second = { event: 'order.placed', when: "count('order.placed') == 2", reason: 'came_back' };
    await shop.publish({ ...ABANDONED_CART, exits: [second] });
    await shop.receive(younger, cart('2026-11-21T08:40:00Z', '82'));
    await shop.receive(younger, order('2026-11-21T08:50:00Z', 'o-1', '83'));
    await shop.receive(older, cart(NINE));
    await shop.receive(older, order(TEN_PAST, 'o-2', '84'));
    await settle(worker, shop.lane(TEN_PAST));
    await merge();
    const ends = (await shop.runs(older)).map(({ subject, endReason }) => [subject, endReason]);
    expect(new Map(ends as [string, string | null][])).toEqual(
      new Map([
        ['81', null],
        ['82', 'exited:came_back'],
      ]),
    );
  });

  it('is what a run of the other waits for, at its own instant', async () => {
    const event = { event: 'order.placed', timeout: '2 days', received: [anEmailStep('thanks')] };
    await shop.publish({ ...ABANDONED_CART, exits: [], steps: [{ id: 'order', type: 'wait', event }] });
    await shop.receive(older, cart(NINE));
    await shop.receive(younger, order(TEN_PAST));
    await settle(worker, shop.lane(TEN_PAST));
    await merge();
    expect(await shop.runs(older)).toMatchObject([{ state: 'sending', position: '0.event.received.0' }]);
    expect(worker.ledger.messages).toMatchObject([{ stepId: 'thanks', state: 'planned', dueAt: new Date(TEN_PAST) }]);
  });

  it('completes a run that waits for it in its last step', async () => {
    const event = { event: 'order.placed', timeout: '2 days' };
    const steps = [anEmailStep('news'), { id: 'order', type: 'wait', event }];
    await shop.publish({ ...ABANDONED_CART, exits: [], steps });
    await shop.receive(older, cart(NINE));
    await settle(worker, shop.lane(NINE));
    await worker.sent(worker.ledger.messages[0]!, new Date(NINE));
    worker.ledger.messages[0]!.state = 'accepted';
    await shop.receive(younger, order(TEN_PAST));
    await settle(worker, shop.lane(TEN_PAST));
    await merge();
    expect(await shop.runs(older)).toMatchObject([{ state: 'ended', endReason: 'completed' }]);
  });

  it('is not looked at where neither has a run', async () => {
    await shop.publish(ABANDONED_CART);
    await shop.receive(younger, order(TEN_PAST));
    await settle(worker, shop.lane(TEN_PAST));
    // The runs are locked (there are none), and what is past is moved.
    expect(await merge()).toHaveLength(2);
  });
});
