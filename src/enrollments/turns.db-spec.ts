import { migratedDatabase, type TestDatabase } from '../../test/support/database.js';
import { ABANDONED_CART, anEmailStep, NINE } from '../../test/support/domain-builders.js';
import { aWorker, cart, order, settle, Shop, type Worker } from './engine.builder.js';

describe('a run with turns and ways', () => {
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
    anna = await shop.contact();
  });

  const publish = (steps: readonly unknown[]) => shop.publish({ ...ABANDONED_CART, exits: [], steps });
  const sent = (index: number, at: string) => worker.sent(worker.ledger.messages[index]!, new Date(at));
  /** What is stored of the run beside what others tell. */
  const stored = () =>
    database.engine.query(
      `SELECT position, round, repeat_at AS "repeatAt", variant FROM enrollments WHERE contact_id = $1`,
      [anna],
    );

  it('keeps its turn from one to the next, and the instant from which turns are counted', async () => {
    await publish([{ id: 'weekly', type: 'repeat', every: '1 week', times: 3, steps: [anEmailStep('news')] }]);
    await shop.receive(anna, cart(NINE));
    await settle(worker, shop.lane(NINE));
    await sent(0, '2026-11-21T09:00:07Z');
    expect(await stored()).toEqual([{ position: '0', round: 1, repeatAt: new Date(NINE), variant: '' }]);
    await settle(worker, shop.lane('2026-11-28T09:00:00Z'));
    expect(await stored()).toMatchObject([{ position: '0.steps.0', round: 2, repeatAt: new Date(NINE) }]);
    await sent(1, '2026-11-28T09:00:07Z');
    await settle(worker, shop.lane('2026-12-05T09:00:00Z'));
    await sent(2, '2026-12-05T09:00:07Z');
    expect(await stored()).toMatchObject([{ position: 'end', round: 1, repeatAt: null }]);
    expect(worker.ledger.messages.map(({ round }) => round)).toEqual([1, 2, 3]);
  });

  it('is not moved on from the letter of this turn by that of an earlier one', async () => {
    await publish([{ id: 'weekly', type: 'repeat', every: '1 week', times: 3, steps: [anEmailStep('news')] }]);
    await shop.receive(anna, cart(NINE));
    await settle(worker, shop.lane(NINE));
    await worker.sent(worker.ledger.messages[0]!, new Date(NINE), { kind: 'failed', reason: 'template_error' });
    await settle(worker, shop.lane('2026-11-28T09:00:00Z'));
    await sent(0, '2026-11-28T09:00:07Z');
    expect(await shop.runs(anna)).toMatchObject([{ state: 'sending', position: '0.steps.0', touches: 1 }]);
    await sent(1, '2026-11-28T09:00:08Z');
    expect(await shop.runs(anna)).toMatchObject([{ state: 'waiting', position: '0', touches: 2 }]);
  });

  it('keeps the variant that it took while it waits, and gives it to the letters behind', async () => {
    const variants = [
      { key: 'a', steps: [{ id: 'w', type: 'wait', for: '1 day' }] },
      { key: 'b', weight: 0 },
    ];
    await publish([{ id: 'test', type: 'split', variants }, anEmailStep('news')]);
    await shop.receive(anna, cart(NINE));
    await settle(worker, shop.lane(NINE));
    expect(await stored()).toMatchObject([{ position: '0.variants.0.steps.0', variant: 'a' }]);
    await settle(worker, shop.lane('2026-11-22T09:00:00Z'));
    expect(worker.ledger.messages).toMatchObject([{ stepId: 'news', variant: 'a' }]);
  });

  it('goes on by an event that it waits for, applied with others in their order, and says so with the event', async () => {
    const event = { event: 'order.placed', timeout: '2 days', received: [anEmailStep('thanks')] };
    await publish([{ id: 'order', type: 'wait', event }, anEmailStep('last')]);
    await shop.receive(anna, cart(NINE));
    const placed = await shop.receive(anna, order('2026-11-21T10:00:00Z'));
    const again = await shop.receive(anna, order('2026-11-21T11:00:00Z', 'o-2'));
    await settle(worker, shop.lane('2026-11-21T12:00:00Z'));
    expect(await shop.outcomes(placed)).toEqual(['received']);
    expect(await shop.outcomes(again)).toEqual([]);
    const [run] = await shop.runs(anna);
    expect(await shop.history(run!.id)).toEqual([...['entered', 'waiting order', 'received order', 'planned thanks']]);
    expect(worker.ledger.messages).toMatchObject([{ dueAt: new Date('2026-11-21T10:00:00Z') }]);
  });

  it('finds an event in the inbox that came in time when its wait ends before the event is applied', async () => {
    const event = {
      event: 'order.placed',
      when: 'event.total > 1',
      timeout: '1 hour',
      received: [anEmailStep('thanks')],
    };
    await publish([{ id: 'order', type: 'wait', event: { ...event, timedOut: [anEmailStep('reminder')] } }]);
    await shop.receive(anna, cart(NINE));
    await settle(worker, shop.lane(NINE));
    const placed = await shop.receive(anna, order('2026-11-21T09:30:00Z'));
    await worker.due.batch(shop.lane('2026-11-21T10:00:00Z'));
    expect(worker.ledger.summary()).toEqual(['thanks 1: planned']);
    await settle(worker, shop.lane('2026-11-21T10:00:00Z'));
    expect(await shop.outcomes(placed)).toEqual([]);
    expect(worker.ledger.summary()).toEqual(['thanks 1: planned']);
  });

  it('is completed by an event that it waits for behind its last letter, as soon as no letter is on the way', async () => {
    await publish([
      anEmailStep('news'),
      { id: 'order', type: 'wait', event: { event: 'order.placed', timeout: '2 days' } },
    ]);
    const ben = await shop.contact();
    for (const person of [anna, ben]) await shop.receive(person, cart(NINE));
    await settle(worker, shop.lane(NINE));
    for (const [index, message] of worker.ledger.messages.entries()) {
      await sent(index, NINE);
      message.state = message.contactId === anna ? 'accepted' : 'sending';
    }
    for (const person of [anna, ben]) await shop.receive(person, order('2026-11-21T10:00:00Z', `o-${person}`));
    await settle(worker, shop.lane('2026-11-21T10:00:00Z'));
    expect(await shop.runs(anna)).toMatchObject([{ state: 'ended', endReason: 'completed' }]);
    expect(await shop.runs(ben)).toMatchObject([{ state: 'sending', position: 'end' }]);
  });

  it('waits for a second order where the first one ended its wait, also when the two waits begin and end at one instant', async () => {
    const event = (received: readonly unknown[]) => ({ event: 'order.placed', timeout: '2 days', received });
    const second = { id: 'second', type: 'wait', event: event([anEmailStep('loyal')]) };
    await publish([{ id: 'first', type: 'wait', event: event([second]) }]);
    await shop.receive(anna, cart(NINE));
    for (const id of ['o-1', 'o-2']) {
      expect(worker.ledger.messages).toEqual([]);
      await shop.receive(anna, order('2026-11-21T10:00:00Z', id));
      await settle(worker, shop.lane('2026-11-21T10:00:00Z'));
    }
    expect(worker.ledger.messages).toMatchObject([{ stepId: 'loyal', dueAt: new Date('2026-11-21T10:00:00Z') }]);
  });
});
