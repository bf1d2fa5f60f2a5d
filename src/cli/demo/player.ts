import { Agenda } from './agenda.js';
import type { ApiClient } from './api-client.js';
import type { LogRow } from './log-row.js';
import { reactionTo } from './recipients.js';
import { addressOf, ordersOf, type StoreEvent, Storefront } from './storefront.js';

/** A letter as `GET /v1/messages` lists it; only what the demo reads. */
export interface Letter {
  readonly id: string;
  readonly scenario: string;
  readonly step: string;
  readonly to: string;
  readonly sentAt: string;
}

export interface Story {
  readonly events: number;
  readonly duplicates: number;
  readonly letters: number;
  readonly orders: number;
  /** Somebody for the timeline: whoever did most with a letter, the latest of them; null when no letter went out. */
  readonly reader: Reader | null;
}

/** What people do with a letter, the most telling last. */
const DEEDS = ['got a letter', 'opened a letter', 'clicked in a letter', 'came back by a letter'] as const;
type Deed = (typeof DEEDS)[number];

export interface Reader {
  readonly address: string;
  readonly deed: Deed;
}

type Action =
  | { readonly kind: 'row'; readonly row: LogRow }
  | { readonly kind: 'engage'; readonly letter: Letter; readonly action: 'open' | 'click' | 'unsubscribe' }
  | { readonly kind: 'buy'; readonly letter: Letter };

/** The letters of these scenarios are read and clicked; thank-you letters are not what the story is about. */
const FOLLOWED = new Set(['abandoned-cart']);
const AFTER_THE_LOG_MS = 5 * 86_400_000;
/** One call moves the sandbox's clock by 400 days at most; a log may be silent for longer. */
const FARTHEST_MS = 399 * 86_400_000;

/** Plays a log into a sandbox through the REST API, minute for minute of the shop's own time, and lets recipients react. */
export class Player {
  private readonly agenda = new Agenda<Action>();
  private readonly storefront: Storefront;
  private readonly seen = new Set<string>();
  private now: number;
  private events = 0;
  private duplicates = 0;
  private orders = 0;
  private reader: Reader | null = null;

  constructor(
    private readonly api: ApiClient,
    rows: readonly LogRow[],
    private readonly onProgress: (done: number, now: Date) => void,
  ) {
    if (!rows[0]) throw new Error('the log is empty');
    this.storefront = new Storefront(ordersOf(rows));
    this.now = rows[0].at;
    for (const row of rows) this.agenda.put(row.at, { kind: 'row', row });
  }

  async play(): Promise<Story> {
    await this.api.post('/v1/sandbox/reset', { now: new Date(this.now).toISOString() });
    let end = this.now;
    for (let done = 0, next = this.agenda.nextAt; next !== null; next = this.agenda.nextAt) {
      await this.advanceTo(next);
      // Letters sent on the way may have put something earlier on the agenda.
      if (this.agenda.nextAt !== next) continue;
      const { at, item } = this.agenda.take()!;
      await this.perform(item, at);
      if (item.kind === 'row') [end, done] = [at + AFTER_THE_LOG_MS, done + 1];
      if (this.agenda.size === 0 && this.now < end) await this.advanceTo(end);
      this.onProgress(done, new Date(this.now));
    }
    const { events, duplicates, orders, reader } = this;
    return { events, duplicates, letters: this.seen.size, orders, reader };
  }

  /** Lets time pass up to `at`, stopping where letters go out so that their readers can react in time. */
  private async advanceTo(at: number): Promise<void> {
    while (this.now < at) {
      const { nextDueAt } = await this.api.get<{ nextDueAt: string | null }>('/v1/sandbox');
      const due = nextDueAt === null ? at : Math.max(Date.parse(nextDueAt), this.now);
      const to = Math.min(at, due, this.now + FARTHEST_MS);
      const { messages } = await this.api.post<{ messages: number }>('/v1/sandbox/advance', {
        to: new Date(to).toISOString(),
      });
      this.now = to;
      if (messages > 0) await this.readNewLetters(messages);
      if ((this.agenda.nextAt ?? at) < at) return;
    }
  }

  private async readNewLetters(count: number): Promise<void> {
    // The newest first: usually the first few are the ones that were just sent.
    const limit = Math.min(200, 10 + count);
    for (let left = count, cursor = ''; left > 0;) {
      const page = await this.api.get<{ items: Letter[]; nextCursor: string | null }>(
        `/v1/messages?state=accepted&limit=${limit}${cursor && `&cursor=${cursor}`}`,
      );
      for (const letter of page.items)
        if (!this.seen.has(letter.id)) {
          this.seen.add(letter.id);
          this.expectReaction(letter);
          left--;
        }
      if (page.nextCursor === null) return;
      cursor = page.nextCursor;
    }
  }

  private expectReaction(letter: Letter): void {
    if (!FOLLOWED.has(letter.scenario)) return;
    this.remember(letter, 'got a letter');
    const sentAt = Date.parse(letter.sentAt);
    const { openAfterMs, clickAfterMs, buyAfterMs, unsubscribeAfterMs } = reactionTo(letter);
    const plan = (afterMs: number | undefined, item: Action): void => {
      if (afterMs !== undefined) this.agenda.put(sentAt + Math.ceil(afterMs), item);
    };
    plan(openAfterMs, { kind: 'engage', letter, action: 'open' });
    plan(clickAfterMs, { kind: 'engage', letter, action: 'click' });
    plan(unsubscribeAfterMs, { kind: 'engage', letter, action: 'unsubscribe' });
    plan(buyAfterMs, { kind: 'buy', letter });
  }

  private async perform(action: Action, at: number): Promise<void> {
    switch (action.kind) {
      case 'row': {
        const event = this.storefront.eventOf(action.row);
        if (event) await this.post(event);
        return;
      }
      case 'engage':
        await this.api.post('/v1/sandbox/engage', {
          message: action.letter.id,
          action: action.action,
          ...(action.action === 'click' ? { link: 0 } : {}),
          as: 'person',
        });
        if (action.action === 'open') this.remember(action.letter, 'opened a letter');
        if (action.action === 'click') this.remember(action.letter, 'clicked in a letter');
        return;
      case 'buy': {
        const visitor = this.storefront.visitorOf(action.letter.to);
        const data = this.storefront.checkout(visitor);
        if (!data) return; // bought meanwhile without the letter's help
        const id = `order-by-letter-${action.letter.id}`;
        const contact = { externalId: visitor, email: addressOf(visitor) };
        await this.post({
          id,
          type: 'order.placed',
          occurredAt: new Date(at).toISOString(),
          contact,
          data: { orderId: id, ...data },
        });
        this.remember(action.letter, 'came back by a letter');
        return;
      }
    }
  }

  private remember({ to: address }: Letter, deed: Deed): void {
    if (!this.reader || DEEDS.indexOf(deed) >= DEEDS.indexOf(this.reader.deed)) this.reader = { address, deed };
  }

  private async post(event: StoreEvent): Promise<void> {
    const { duplicate } = await this.api.post<{ duplicate: boolean }>('/v1/events', event);
    this.events++;
    if (duplicate) this.duplicates++;
    else if (event.type === 'order.placed') this.orders++;
  }
}
