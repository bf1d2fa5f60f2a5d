import { type FlowApp, startApp } from '../support/app.js';
import { aCart, anOrder, Shop } from '../support/shop.js';

const RACES = 1000;
const AT_ONCE = 40;

/** A chain of one letter, due 45 minutes after its cart: a cart of 45 minutes ago is due at once. */
const CHAIN = {
  key: 'race',
  name: 'Race',
  messageClass: 'marketing',
  trigger: { type: 'event', event: 'cart.updated', subject: 'event.cartId' },
  exits: [{ event: 'order.placed', reason: 'purchased' }],
  steps: [
    { id: 'pause', type: 'wait', for: '45 minutes' },
    { id: 'letter', type: 'email', template: 'race/letter', reason: 'the cart is waiting' },
  ],
};
const MJML = `<mjml><mj-head><mj-title>Cart {{event.cartId}}</mj-title></mj-head><mj-body><mj-section><mj-column>
<mj-text>Your cart</mj-text></mj-column></mj-section></mj-body></mjml>`;

describe('an order racing with its cart’s letter', () => {
  let app: FlowApp;
  let shop: Shop;

  beforeAll(async () => {
    app = await startApp();
    shop = new Shop(app.url, app.liveKey);
    await shop.must('POST', '/v1/templates', { key: 'race/letter', name: 'Race', locales: { en: MJML } });
    await shop.must('POST', '/v1/templates/race/letter/publish', {});
    await shop.must('POST', '/v1/scenarios', CHAIN);
    await shop.must('POST', '/v1/scenarios/race/publish', {});
  });
  afterAll(() => app.close());

  /** One cart due in a few milliseconds and an order at about the same time; when the order's 202 was in hand. */
  async function race(i: number): Promise<{ readonly to: string; readonly orderedAt: number }> {
    const to = `racer-${i}@example.com`;
    const now = Date.now();
    await shop.event(aCart(to, new Date(now - 45 * 60_000 + 40).toISOString(), { cartId: `c${i}` }));
    await new Promise((resolve) => setTimeout(resolve, (i * 37) % 1500));
    await shop.event(anOrder(to, new Date(now).toISOString()));
    return { to, orderedAt: Date.now() };
  }

  it(`never lets a letter start after the order's 202, in ${RACES} races`, async () => {
    const orderedAt = new Map<string, number>();
    let next = 0;
    const lane = async () => {
      while (next < RACES) {
        const { to, orderedAt: at } = await race(next++);
        orderedAt.set(to, at);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, lane));

    const letters = await settled();
    const started = await Promise.all(
      letters
        .filter((letter) => letter.state === 'accepted')
        .map(async (letter) => ({
          to: letter.to,
          at: Date.parse((await shop.message(letter.id)).sendAttempts[0]!.startedAt),
        })),
    );
    expect(started.filter(({ to, at }) => at > orderedAt.get(to)!)).toEqual([]);
    // Both outcomes must have happened, else nothing raced.
    expect(started.length).toBeGreaterThan(0);
    expect(started.length).toBeLessThan(RACES);
  }, 240_000);

  /** Every message of the chain once none is on the way any more. */
  async function settled() {
    for (;;) {
      const runs = await shop.must<{ items: { endReason: string | null }[] }>(
        'GET',
        '/v1/scenarios/race/enrollments?state=running&limit=1',
      );
      const letters = await shop.messages({ scenario: 'race' });
      if (
        runs.items.length === 0 &&
        letters.every((m) => !['planned', 'claimed', 'sending', 'retry'].includes(m.state))
      )
        return letters;
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }
});
