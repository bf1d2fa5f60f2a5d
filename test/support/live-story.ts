import { type Service, until } from './service.js';
import { aCart, anOrder, Shop } from './shop.js';

/**
 * The abandoned cart in live, on real time: the carts are 45 minutes old when they arrive, so their letters are due at once.
 * Shows that events, wake-ups, claims, rendering, delivery and rollups work with whatever the service stands on.
 */
export async function tellLiveStory(service: Service): Promise<void> {
  const { url, liveKey } = await service.firstRun();
  const shop = new Shop(url, liveKey);
  for (const step of ['reminder', 'follow-up'])
    await shop.must('POST', `/v1/templates/abandoned-cart/${step}/publish`, {});
  await shop.must('POST', '/v1/scenarios/abandoned-cart/publish', {});

  const ago = (minutes: number) => new Date(Date.now() - minutes * 60_000).toISOString();
  const people = Array.from({ length: 20 }, (_, i) => `person-${i}@example.com`);
  const [buyer, waiter, ...abandoned] = people as [string, string, ...string[]];
  await shop.event(anOrder(buyer, ago(44)));
  await Promise.all([...abandoned, buyer].map((email, i) => shop.event(aCart(email, ago(45), { cartId: String(i) }))));
  await shop.event(aCart(waiter, ago(1), { cartId: 'fresh' }));

  const accepted = async () =>
    (await shop.messages({ scenario: 'abandoned-cart', state: 'accepted' })).map((m) => m.to).sort();
  await until(
    async () => (await accepted()).length >= abandoned.length,
    () => `letters are missing:\n${service.output}`,
  );
  expect(await accepted()).toEqual([...abandoned].sort());
  await until(
    async () => {
      const { items } = await shop.must<{ items: { step: string; sent: number }[] }>(
        'GET',
        '/v1/stats/scenarios/abandoned-cart',
      );
      return items.find((row) => row.step === 'reminder')?.sent === abandoned.length;
    },
    () => 'the statistics do not show the letters',
  );
}
