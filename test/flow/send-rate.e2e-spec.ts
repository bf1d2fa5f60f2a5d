import { type FlowApp, startApp } from '../support/app.js';
import { until } from '../support/service.js';
import { aCart, Shop } from '../support/shop.js';

const LETTERS = 60;

describe('a live store whose provider takes ten letters a second', () => {
  let app: FlowApp;
  let live: Shop;

  beforeAll(async () => {
    app = await startApp();
    live = new Shop(app.url, app.liveKey);
    for (const step of ['reminder', 'follow-up'])
      await live.must('POST', `/v1/templates/abandoned-cart/${step}/publish`, {});
    await live.must('POST', '/v1/scenarios/abandoned-cart/publish', {});
    await live.must('PATCH', '/v1/store', { sendRate: '10/s' });
  });
  afterAll(() => app.close());

  it('gets a backlog of sixty out to the last letter, and not before five seconds are over', async () => {
    const at = new Date(Date.now() - 46 * 60_000).toISOString();
    const events = Array.from({ length: LETTERS }, (_, i) =>
      aCart(`person-${i}@example.com`, at, { cartId: `cart-${i}` }),
    );
    await live.must('POST', '/v1/events/batch', { events });
    const count = async (where: string) =>
      (await app.engine.query<{ n: number }>(`SELECT count(*)::int AS n FROM messages WHERE ${where}`))[0]!.n;
    await until(
      async () => (await count(`state = 'accepted'`)) === LETTERS,
      () => 'letters still wait',
      30,
    );
    // Ten may go at once, and ten more a second.
    const planned = '(SELECT min(created_at) FROM messages)';
    expect(await count(`sent_at >= ${planned} + interval '5 seconds'`)).toBeGreaterThan(0);
    expect(await count('meant_at < due_at')).toBeGreaterThan(0);
  });
});
