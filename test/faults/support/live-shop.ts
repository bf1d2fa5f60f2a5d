import { type Service, until } from '../../support/service.js';
import { aCart, type Answer, Shop } from '../../support/shop.js';
import type { FakeProvider } from './provider.js';

/** Settings of a service under faults: everything that waits in minutes waits in seconds. */
export const QUICK = {
  TRANSPORT: 'sendgrid',
  SENDGRID_API_KEY: 'SG.fake',
  SEND_TIMEOUT_S: '3',
  SEND_LEASE_S: '6',
  UNKNOWN_REPEAT_S: '2',
  UNKNOWN_RESOLVE_S: '4',
  RETRY_FIRST_S: '1',
  DATABASE_TIMEOUT_S: '4',
} as const;

/** A storefront whose carts are 45 minutes old when they arrive: their letters are due at once. */
export class LiveShop {
  private readonly carts = new Map<string, object>();

  private constructor(
    readonly service: Service,
    readonly shop: Shop,
    private readonly provider: FakeProvider,
  ) {}

  /** Publishes the abandoned cart in live. */
  static async open(service: Service, provider: FakeProvider): Promise<LiveShop> {
    const { url, liveKey } = await service.firstRun();
    const shop = new Shop(url, liveKey);
    for (const step of ['reminder', 'follow-up'])
      await shop.must('POST', `/v1/templates/abandoned-cart/${step}/publish`, {});
    await shop.must('POST', '/v1/scenarios/abandoned-cart/publish', {});
    return new LiveShop(service, shop, provider);
  }

  /** Posts the cart of this person, under an id of its own, the same however often; the answer whatever it is. */
  cart(name: string): Promise<Answer<unknown>> {
    const known = this.carts.get(name);
    const at = new Date(Date.now() - 45 * 60_000).toISOString();
    const cart = known ?? aCart(`${name}@example.com`, at, { id: `cart-of-${name}`, cartId: name });
    this.carts.set(name, cart);
    return this.shop.call('POST', '/v1/events', cart);
  }

  /** Posts it until it is taken, as stores do. */
  async cartTaken(name: string, seconds = 60): Promise<void> {
    await until(
      async () => (await this.cart(name).catch(() => null))?.status === 202,
      () => `no 202 for ${name}:\n${this.service.output.slice(-4_000)}`,
      seconds,
    );
  }

  /** Waits for these people's letters and answers how many each got. */
  async lettersOf(names: readonly string[], seconds = 60): Promise<readonly number[]> {
    const counts = (): number[] => names.map((name) => this.provider.mailboxes.get(`${name}@example.com`) ?? 0);
    await until(
      () => Promise.resolve(counts().every((count) => count > 0)),
      () => `letters are missing, ${counts().join(' ')}:\n${this.service.output.slice(-4_000)}`,
      seconds,
    );
    return counts();
  }

  /** The status of /health/ready; 0 when nobody answers. */
  async ready(): Promise<number> {
    return this.shop.call('GET', '/health/ready').then(
      ({ status }) => status,
      () => 0,
    );
  }

  async becomesReady(wanted = 200, seconds = 60): Promise<void> {
    await until(
      async () => (await this.ready()) === wanted,
      () => `never ${wanted}:\n${this.service.output.slice(-4_000)}`,
      seconds,
    );
  }
}
