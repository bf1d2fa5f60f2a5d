import { httpCall } from './http-call.js';
import { importByNode } from './import-by-node.js';

/** A store's code in the flow tests: calls the REST API with one key over real HTTP and keeps nothing to itself. */
export interface Answer<T> {
  readonly status: number;
  readonly headers: Headers;
  readonly body: T;
}

/** `described-answers.mjs`. */
export interface DescribedAnswers {
  readonly unlikeDescribed: (answer: {
    readonly method: string;
    readonly path: string;
    readonly status: number;
    readonly type: string;
    readonly body: unknown;
  }) => readonly string[];
}

export interface MessageView {
  readonly id: string;
  readonly scenario: string;
  readonly step: string;
  readonly state: string;
  readonly reason: string | null;
  readonly condition: string | null;
  readonly to: string;
  readonly subject: string | null;
  readonly locale: string | null;
  readonly dueAt: string;
  readonly sentAt: string | null;
  readonly attempts: number;
  readonly firstOpenedAt: string | null;
  readonly firstClickedAt: string | null;
}

export interface MessageDetail extends MessageView {
  readonly html: string;
  readonly text: string;
  readonly headers: Record<string, string>;
  readonly links: readonly { readonly index: number; readonly url: string }[];
  readonly sendAttempts: readonly { readonly startedAt: string; readonly outcome: string | null }[];
  readonly deliveryReports: readonly { readonly kind: string; readonly detail: string | null }[];
  readonly engagements: readonly { readonly action: string; readonly actor: string }[];
}

/** Imported once a test file: Node resolves the name anew with every import, and suites make thousands of requests. */
let described: Promise<DescribedAnswers> | undefined;

interface Page<T> {
  readonly items: readonly T[];
  readonly nextCursor: string | null;
}

export class Shop {
  constructor(
    readonly url: string,
    readonly key: string,
  ) {}

  /** One request; the answer whatever its status. Throws for one that the API's description does not tell like this. */
  async call<T = unknown>(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Answer<T>> {
    const given = {
      ...(this.key ? { authorization: `Bearer ${this.key}` } : {}),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    };
    const isText = body === undefined || typeof body === 'string' || body instanceof Uint8Array;
    const content = isText ? body : JSON.stringify(body);
    const answer = await httpCall(this.url + path, method, given, content);
    const { status } = answer;
    const type = answer.headers['content-type'] ?? '';
    const answered = (type.includes('json') && answer.text !== '' ? JSON.parse(answer.text) : answer.text) as T;
    const { unlikeDescribed } = await (described ??= importByNode<DescribedAnswers>('./described-answers.mjs'));
    const unlike = unlikeDescribed({ method, path, status, type, body: answered });
    if (unlike.length > 0)
      throw new Error(`${method} ${path}: ${status} is not as docs/openapi.json says:\n${unlike.join('\n')}`);
    return {
      status,
      // Few look at them, and making them takes longer than the rest.
      get headers() {
        return new Headers(answer.headers as Record<string, string>);
      },
      body: answered,
    };
  }

  /** One request that must succeed; its body. */
  async must<T = unknown>(method: string, path: string, body?: unknown): Promise<T> {
    const answer = await this.call<T>(method, path, body);
    if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
    return answer.body;
  }

  event(event: object): Promise<{ id: string; duplicate: boolean }> {
    return this.must('POST', '/v1/events', event);
  }

  advance(by: string): Promise<{ now: string; messages: number }> {
    return this.must('POST', '/v1/sandbox/advance', { by });
  }

  advanceTo(to: string): Promise<{ now: string; messages: number }> {
    return this.must('POST', '/v1/sandbox/advance', { to });
  }

  /** A fresh sandbox whose clock stands at `now`. */
  reset(now: string): Promise<unknown> {
    return this.must('POST', '/v1/sandbox/reset', { now });
  }

  engage(
    message: string,
    action: 'open' | 'click' | 'unsubscribe',
    as: 'person' | 'machine' = 'person',
  ): Promise<unknown> {
    return this.must('POST', '/v1/sandbox/engage', { message, action, as, ...(action === 'click' ? { link: 0 } : {}) });
  }

  /** Every message that matches, oldest first by due time. */
  async messages(filter: Record<string, string> = {}): Promise<MessageView[]> {
    const found: MessageView[] = [];
    for (let cursor: string | null = ''; cursor !== null;) {
      const query: string = new URLSearchParams({ ...filter, limit: '200', ...(cursor ? { cursor } : {}) }).toString();
      const page: Page<MessageView> = await this.must('GET', `/v1/messages?${query}`);
      found.push(...page.items);
      cursor = page.nextCursor;
    }
    return found.sort((a, b) => a.dueAt.localeCompare(b.dueAt));
  }

  message(id: string): Promise<MessageDetail> {
    return this.must('GET', `/v1/messages/${id}`);
  }
}

/** Where a letter leads: its pixel, the shop, and its pages (preferences, unsubscribing, in a browser, confirmation). */
export type LetterAddress = 't/o' | 't/c' | 'p' | 'u' | 'm' | 'c';

/** The path of the first such address in a letter. */
export function pathIn(html: string, kind: LetterAddress): string {
  const [, address] = new RegExp(`"(http[^"]*/${kind}/[^"]+)"`).exec(html)!;
  return new URL(address!.replaceAll('&amp;', '&')).pathname;
}

/** A cart as the contract's example posts it. */
export function aCart(
  email: string,
  at: string,
  change: { id?: string; cartId?: string; items?: object[]; total?: number } = {},
): object {
  const cartId = change.cartId ?? '81';
  return {
    ...(change.id ? { id: change.id } : {}),
    type: 'cart.updated',
    occurredAt: at,
    contact: {
      email,
      firstName: 'Anna',
      locale: 'ru',
      timezone: 'Europe/Moscow',
      consent: { marketing: true, source: 'checkout checkbox' },
    },
    data: {
      cartId,
      currency: 'RUB',
      total: change.total ?? 5980,
      url: `https://shop.example/cart/${cartId}`,
      items: change.items ?? [
        {
          productId: 'p1',
          title: 'Пальто',
          price: 5980,
          quantity: 1,
          url: 'https://shop.example/p1',
          imageUrl: 'https://shop.example/p1.jpg',
        },
      ],
    },
  };
}

/** An order of the same person. */
export function anOrder(
  email: string,
  at: string,
  change: { id?: string; orderId?: string; total?: number } = {},
): object {
  return {
    ...(change.id ? { id: change.id } : {}),
    type: 'order.placed',
    occurredAt: at,
    contact: { email },
    data: {
      orderId: change.orderId ?? `order-of-${email}`,
      currency: 'RUB',
      total: change.total ?? 5980,
      items: [{ productId: 'p1', title: 'Пальто', price: 5980, quantity: 1 }],
    },
  };
}
