import { migratedDatabase, type TestDatabase } from '../../test/support/database.js';
import { ABANDONED_CART, NINE } from '../../test/support/domain-builders.js';
import { aWorker, cart, order, settle, Shop, type Worker } from './engine.builder.js';

describe('an abandoned cart', () => {
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
  });

  async function received(...events: Parameters<Shop['receive']>[1][]): Promise<string[]> {
    const ids: string[] = [];
    for (const event of events) ids.push(await shop.receive(anna, event));
    return ids;
  }

  it('waits 45 minutes, then plans the first letter', async () => {
    const [event] = await received(cart(NINE));
    await settle(worker, shop.lane('2026-11-21T09:44:59.999Z'));
    expect(await shop.runs(anna)).toMatchObject([
      { state: 'waiting', dueAt: new Date('2026-11-21T09:45:00Z'), subject: '81' },
    ]);
    expect(worker.ledger.messages).toEqual([]);
    await settle(worker, shop.lane('2026-11-21T09:45:00.000Z'));
    const [run] = await shop.runs(anna);
    expect(run).toMatchObject({ state: 'sending', position: '1' });
    expect(worker.ledger.summary()).toEqual(['reminder 1: planned']);
    expect(worker.ledger.messages[0]).toMatchObject({
      environmentId: shop.environmentId,
      storeId: shop.store.storeId,
      clock: 'virtual',
      enrollmentId: run!.id,
      contactId: anna,
      scenarioKey: 'abandoned-cart',
      version: 1,
      messageClass: 'marketing',
      dueAt: new Date('2026-11-21T09:45:00Z'),
    });
    expect(await shop.outcomes(event!)).toEqual(['entered']);
    expect(await shop.history(run!.id)).toEqual(['entered', 'waiting pause-1', 'waited pause-1', 'planned reminder']);
  });

  it('counts two days from the first letter and asks for the second, unless the first was opened', async () => {
    await received(cart(NINE));
    await settle(worker, shop.lane('2026-11-21T10:00:00Z'));
    await sent('reminder', '2026-11-21T10:00:01Z');
    expect(await shop.runs(anna)).toMatchObject([
      { state: 'waiting', touches: 1, dueAt: new Date('2026-11-23T10:00:01Z') },
    ]);
    worker.engagement.facts.push({ stepId: 'reminder', sent: true, opened: true, clicked: false });
    worker.ledger.messages[0]!.state = 'accepted';
    await settle(worker, shop.lane('2026-11-23T10:00:01Z'));
    expect(worker.ledger.summary()).toEqual(['reminder 1: accepted', 'follow-up 1: skipped condition_false']);
    expect(await shop.runs(anna)).toMatchObject([{ state: 'ended', endReason: 'completed' }]);
  });

  it('is not completed while a letter is on the way', async () => {
    await received(cart(NINE));
    await settle(worker, shop.lane('2026-11-21T09:45:00Z'));
    await sent('reminder', '2026-11-21T09:45:01Z');
    await settle(worker, shop.lane('2026-11-23T09:45:01Z'));
    const [run] = await shop.runs(anna);
    await sent('follow-up', '2026-11-23T09:45:02Z');
    expect(await shop.runs(anna)).toMatchObject([{ state: 'sending', position: 'end', touches: 2 }]);
    const refs = [{ environmentId: shop.environmentId, enrollmentId: run!.id }];
    const settleRuns = () =>
      database.engine.transaction((tx) => worker.mover.settle(tx, refs, new Date('2026-11-23T09:46:00Z')));
    await settleRuns();
    expect(await shop.runs(anna)).toMatchObject([{ state: 'sending' }]);
    for (const message of worker.ledger.messages) message.state = 'accepted';
    await settleRuns();
    expect(await shop.runs(anna)).toMatchObject([{ state: 'ended', endReason: 'completed' }]);
  });

  it('begins again with a changed cart before the first letter, and takes back a planned one', async () => {
    await received(cart(NINE));
    await settle(worker, shop.lane('2026-11-21T09:45:00Z'));
    const [second] = await received(cart('2026-11-21T09:44:00Z', '81', [{ productId: 'p2' }]));
    await settle(worker, shop.lane('2026-11-21T09:45:00Z'));
    expect(await shop.outcomes(second!)).toEqual(['restarted']);
    expect(worker.ledger.summary()).toEqual(['reminder 1: cancelled restarted']);
    expect(await shop.runs(anna)).toMatchObject([
      {
        state: 'waiting',
        pass: 2,
        dueAt: new Date('2026-11-21T10:29:00Z'),
        event: { data: { items: [{ productId: 'p2' }] } },
      },
    ]);
    await settle(worker, shop.lane('2026-11-21T10:29:00Z'));
    expect(worker.ledger.summary()).toEqual(['reminder 1: cancelled restarted', 'reminder 2: planned']);
  });

  it('only takes the newer cart once a letter has gone', async () => {
    await received(cart(NINE));
    await settle(worker, shop.lane('2026-11-21T09:45:00Z'));
    await sent('reminder', '2026-11-21T09:45:01Z');
    const [event] = await received(cart('2026-11-21T10:00:00Z', '81', [{ productId: 'p2' }]));
    await settle(worker, shop.lane('2026-11-21T10:00:00Z'));
    expect(await shop.outcomes(event!)).toEqual(['refreshed']);
    expect(await shop.runs(anna)).toMatchObject([
      { pass: 1, dueAt: new Date('2026-11-23T09:45:01Z'), event: { data: { items: [{ productId: 'p2' }] } } },
    ]);
  });

  it('ends with an order and takes back what has not gone out', async () => {
    await received(cart(NINE));
    await settle(worker, shop.lane('2026-11-21T09:45:00Z'));
    const [event] = await received(order('2026-11-21T09:45:00Z'));
    await settle(worker, shop.lane('2026-11-21T09:45:00Z'));
    expect(await shop.outcomes(event!)).toEqual(['exited exited:purchased']);
    expect(await shop.runs(anna)).toMatchObject([{ state: 'ended', endReason: 'exited:purchased' }]);
    expect(worker.ledger.summary()).toEqual(['reminder 1: cancelled exited:purchased']);
    expect(worker.conversions.rows).toMatchObject([{ orderKey: 'o-1', type: 'order.placed', contactId: anna }]);
  });

  it('is kept out by an order that was received before its cart', async () => {
    const [later, earlier] = await received(order('2026-11-21T09:10:00Z'), cart(NINE));
    await settle(worker, shop.lane('2026-11-21T09:45:00Z'));
    expect(await shop.runs(anna)).toEqual([]);
    expect(await shop.outcomes(later!)).toEqual([]);
    expect(await shop.outcomes(earlier!)).toEqual(['none exited:purchased']);
  });

  it('is kept out by an order of the same instant, also when that was applied long before', async () => {
    await received(order(NINE));
    await settle(worker, shop.lane(NINE));
    const [event] = await received(cart(NINE));
    await settle(worker, shop.lane(NINE));
    expect(await shop.outcomes(event!)).toEqual(['none exited:purchased']);
  });

  it('is not ended by an order from before it began', async () => {
    await received(cart(NINE));
    await settle(worker, shop.lane(NINE));
    await received(order('2026-11-21T08:59:00Z'));
    await settle(worker, shop.lane('2026-11-21T09:01:00Z'));
    expect(await shop.runs(anna)).toMatchObject([{ state: 'waiting' }]);
  });

  it('shows the cart as the shop tells it a day late: too old to start a chain is not too old for one that goes on', async () => {
    await received(cart(NINE));
    await settle(worker, shop.lane('2026-11-21T09:45:00Z'));
    await sent('reminder', '2026-11-21T09:45:00Z');
    const [late] = await received(cart('2026-11-21T10:00:00Z', '81', [{ productId: 'p2' }]));
    await settle(worker, shop.lane('2026-11-22T11:00:00Z'));
    expect(await shop.outcomes(late!)).toEqual(['refreshed']);
    expect(await shop.runs(anna)).toMatchObject([
      { state: 'waiting', pass: 1, event: { data: { items: [{ productId: 'p2' }] } } },
    ]);
  });

  it('says why an event started nothing', async () => {
    const [empty, old] = await received(cart('2026-11-21T08:59:00Z', '81', []), cart('2026-11-19T09:00:00Z'));
    await settle(worker, shop.lane(NINE));
    expect([await shop.outcomes(empty!), await shop.outcomes(old!)]).toEqual([
      ['none condition_false'],
      ['none too_old'],
    ]);
    await received(cart(NINE));
    await settle(worker, shop.lane(NINE));
    await received(order('2026-11-21T09:01:00Z'));
    await settle(worker, shop.lane('2026-11-21T09:02:00Z'));
    const [cooling] = await received(cart('2026-11-21T09:03:00Z', '82'));
    await settle(worker, shop.lane('2026-11-21T09:03:00Z'));
    expect(await shop.outcomes(cooling!)).toEqual(['none cool_down']);
  });

  it('skips the letters of people without consent, and does not take in suppressed ones', async () => {
    anna = await shop.contact(null);
    await received(cart(NINE));
    await settle(worker, shop.lane('2026-11-21T09:45:00Z'));
    expect(worker.ledger.summary()).toEqual(['reminder 1: skipped no_consent']);
    const boris = await shop.contact();
    await database.engine.query(
      `INSERT INTO suppressions (environment_id, email_key, email, reason) VALUES ($1, $2, $2, 'manual')`,
      [shop.environmentId, `${boris}@example.com`],
    );
    const event = await shop.receive(boris, cart(NINE));
    await settle(worker, shop.lane('2026-11-21T09:45:00Z'));
    expect(await shop.outcomes(event)).toEqual(['none suppressed']);
  });

  async function sent(stepId: string, at: string): Promise<void> {
    const message = worker.ledger.messages.find((one) => one.stepId === stepId)!;
    message.state = 'sending';
    await worker.sent(message, new Date(at));
  }

  it('is not moved on from its letter by one from before it began again', async () => {
    await received(cart(NINE));
    await settle(worker, shop.lane('2026-11-21T09:45:00Z'));
    const [before] = worker.ledger.messages;
    await received(cart('2026-11-21T09:46:00Z'));
    await settle(worker, shop.lane('2026-11-21T10:31:00Z'));
    await worker.sent(before!, new Date('2026-11-21T10:31:00Z'));
    expect(await shop.runs(anna)).toMatchObject([{ state: 'sending', position: '1', pass: 2, touches: 0 }]);
  });

  it('counts of its letters that are told of once more only those that went out', async () => {
    await received(cart(NINE));
    await settle(worker, shop.lane('2026-11-21T09:45:00Z'));
    await sent('reminder', '2026-11-21T09:45:01Z');
    const at = new Date('2026-11-21T09:46:00Z');
    await worker.sent(worker.ledger.messages[0]!, at, { kind: 'failed', reason: 'attempts_exhausted' });
    expect(await shop.runs(anna)).toMatchObject([{ state: 'waiting', touches: 1 }]);
    await worker.sent(worker.ledger.messages[0]!, at);
    expect(await shop.runs(anna)).toMatchObject([{ state: 'waiting', touches: 2 }]);
  });

  it('asks for no confirmation where the store wants none', async () => {
    await shop.publish({
      key: 'confirm-subscription',
      name: 'Confirm',
      messageClass: 'service',
      trigger: { type: 'event', event: 'subscription.requested' },
      steps: [{ id: 'confirm', type: 'email', template: 'confirm-subscription/confirm' }],
    });
    const [event] = await received(cart(NINE));
    await settle(worker, shop.lane(NINE));
    expect(await shop.outcomes(event!)).toEqual(['entered']);
    expect(await shop.runs(anna)).toHaveLength(1);
  });
});
