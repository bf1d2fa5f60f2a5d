import type { Shop } from './shop.js';

const LETTER = `<mjml><mj-head><mj-title>Hello {{run.variant}}</mj-title><mj-preview>Hello</mj-preview></mj-head><mj-body><mj-section>
<mj-column><mj-text><a href="https://shop.example">Hello</a> <a href="{{links.unsubscribe}}">u</a></mj-text></mj-column></mj-section></mj-body></mjml>`;

/** A run as lists of the API show it. */
export interface ShownRun {
  readonly contact: { readonly email: string };
  readonly state: string;
  readonly step: string | null;
  readonly dueAt: string | null;
  readonly variant: string;
  readonly endReason: string | null;
}

/** An email step as a document has it, of the one template that there is. */
export function aLetter(id: string, over: object = {}): object {
  return { id, type: 'email', template: 'chain/letter', reason: 'r', ...over };
}

/** Chains of a sandbox, one at a time, each begun by an event of its own. */
export class Chains {
  private count = 0;

  constructor(private readonly shop: Shop) {}

  /** Publishes the template that their letters are of. */
  async open(): Promise<void> {
    await this.shop.must('POST', '/v1/templates', { key: 'chain/letter', name: 'Letter', locales: { en: LETTER } });
    await this.shop.must('POST', '/v1/templates/chain/letter/publish', {});
  }

  /** Publishes a chain of these steps and empties the sandbox; its key. */
  async publish(now: string, steps: readonly object[], over: object = {}): Promise<string> {
    await this.shop.reset(now);
    const key = `chain-${++this.count}`;
    const trigger = { type: 'event', event: this.event };
    const goals = [{ key: 'order', event: 'order.placed', within: 'P5D', value: 'event.total' }];
    const document = { key, name: key, messageClass: 'marketing', trigger, goals, steps, ...over };
    await this.shop.must('POST', '/v1/scenarios', document);
    await this.shop.must('POST', `/v1/scenarios/${key}/publish`, {});
    return key;
  }

  /** Lets a person into the last one. */
  async begin(email: string, data: object = {}, contact: object = {}): Promise<void> {
    const consent = { marketing: true, source: 'form' };
    await this.shop.event({ type: this.event, contact: { email, consent, ...contact }, data });
  }

  async runOf(key: string, email: string): Promise<ShownRun> {
    const path = `/v1/scenarios/${key}/enrollments?limit=200`;
    const { items } = await this.shop.must<{ items: readonly ShownRun[] }>('GET', path);
    return items.find(({ contact }) => contact.email === email)!;
  }

  /** The letters that went out, as `instant step address`. */
  async sent(key: string): Promise<readonly string[]> {
    const letters = await this.shop.messages({ scenario: key, state: 'accepted' });
    return letters.map(({ step, to, sentAt }) => `${sentAt} ${step} ${to}`);
  }

  private get event(): string {
    return `chain.began_${this.count}`;
  }
}
