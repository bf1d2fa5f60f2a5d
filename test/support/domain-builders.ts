import { compileScenario } from '../../src/domain/compile-scenario.js';
import type { CompiledScenario } from '../../src/domain/compiled-scenario.js';
import type { Problem } from '../../src/domain/problem.js';
import type { ContactFacts, EventFacts, Facts, HistoryEvent, RunState, StoreFacts } from '../../src/domain/run.js';
import { parseScenario, type Scenario } from '../../src/domain/scenario-schema.js';

/** Saturday, 12:00 in Moscow. */
export const NINE = '2026-11-21T09:00:00.000Z';

/** An instant by minutes, hours or days after `NINE`. */
export function after({
  days = 0,
  hours = 0,
  minutes = 0,
  ms = 0,
}: {
  days?: number;
  hours?: number;
  minutes?: number;
  ms?: number;
}): Date {
  return new Date(Date.parse(NINE) + ((days * 24 + hours) * 60 + minutes) * 60_000 + ms);
}

export function anEvent(over: Partial<EventFacts> = {}): EventFacts {
  return {
    id: 'cart-81-v1',
    type: 'cart.updated',
    at: NINE,
    data: {
      cartId: '81',
      currency: 'RUB',
      total: 5980,
      items: [{ productId: 'p1', title: 'Coat', price: 5980, quantity: 1 }],
    },
    ...over,
  };
}

export function anOrder(over: Partial<EventFacts> = {}): EventFacts {
  return anEvent({
    id: 'order-1',
    type: 'order.placed',
    data: { orderId: '1', total: 5980, currency: 'RUB' },
    ...over,
  });
}

/** An email step as a document has it. */
export function anEmailStep(
  id: string,
  over: Readonly<Record<string, unknown>> = {},
): Readonly<Record<string, unknown>> {
  return { id, type: 'email', template: `x/${id}`, reason: 'r', ...over };
}

/** A wait of this length as a document has it. */
export function aWaitStep(
  id: string,
  length: string,
  over: Readonly<Record<string, unknown>> = {},
): Readonly<Record<string, unknown>> {
  return { id, type: 'wait', for: length, ...over };
}

export function aContact(over: Partial<ContactFacts> = {}): ContactFacts {
  return {
    id: '0199a000-0000-7000-8000-000000000001',
    email: 'anna@example.com',
    externalId: 'u-17',
    anonymousId: null,
    firstName: 'Anna',
    lastName: null,
    locale: 'ru',
    timezone: null,
    tags: [],
    attributes: {},
    createdAt: '2026-01-01T00:00:00.000Z',
    marketingConsent: true,
    confirmedAt: null,
    declined: [],
    pausedUntil: null,
    suppressed: null,
    erased: false,
    ...over,
  };
}

export function facts(
  over: {
    readonly contact?: Partial<ContactFacts>;
    readonly store?: Partial<StoreFacts>;
    readonly messages?: Facts['messages'];
    readonly history?: readonly HistoryEvent[];
  } = {},
): Facts {
  const store = { name: 'Shop', currency: 'RUB', timezone: 'Europe/Moscow', locale: 'ru', doubleOptIn: false };
  return {
    contact: aContact(over.contact),
    store: { ...store, ...over.store },
    messages: over.messages ?? [],
    history: over.history ?? [],
  };
}

export function aRun(over: Partial<RunState> = {}): RunState {
  const at = new Date(NINE);
  return {
    state: 'waiting',
    position: '0',
    dueAt: null,
    previousAt: at,
    enteredAt: at,
    lastActivityAt: at,
    pass: 1,
    round: 1,
    repeatAt: null,
    received: null,
    touches: 0,
    variant: '',
    holdout: false,
    subject: '81',
    event: anEvent(),
    endReason: null,
    endedAt: null,
    ...over,
  };
}

export const ABANDONED_CART = {
  key: 'abandoned-cart',
  name: 'Abandoned cart',
  messageClass: 'marketing',
  trigger: { type: 'event', event: 'cart.updated', when: 'size(event.items) > 0', subject: 'event.cartId' },
  reentry: { whileRunning: 'restart', afterExit: 'P1D' },
  exits: [
    { event: 'order.placed', reason: 'purchased' },
    {
      event: 'cart.updated',
      when: 'size(event.items) == 0 && event.cartId == run.event.cartId',
      reason: 'cart_emptied',
    },
  ],
  goals: [{ key: 'order', event: 'order.placed', within: 'P5D', value: 'event.total' }],
  holdout: 0,
  steps: [
    { id: 'pause-1', type: 'wait', for: '45 minutes' },
    { id: 'reminder', type: 'email', template: 'abandoned-cart/reminder', reason: 'the cart is still waiting' },
    { id: 'pause-2', type: 'wait', for: '2 days' },
    {
      id: 'follow-up',
      type: 'email',
      template: 'abandoned-cart/follow-up',
      reason: 'help with the choice',
      when: "!opened('reminder')",
      late: { after: 'P1D', then: 'skip' },
    },
  ],
} as const;

/** A parsed document; throws its problems. */
export function aScenario(over: Readonly<Record<string, unknown>> = {}): Scenario {
  const parsed = parseScenario({ ...ABANDONED_CART, ...over });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  return parsed.scenario;
}

/** The abandoned cart, with other fields where a promise needs them. */
export function aCompiled(over: Readonly<Record<string, unknown>> = {}): CompiledScenario {
  const compiled = compileScenario(aScenario(over));
  if (!compiled.ok) throw new Error(JSON.stringify(compiled.problems));
  return compiled.compiled;
}

/** What is wrong with a document, whether parsing or compiling finds it. */
export function problemsOf(document: unknown): readonly Problem[] {
  const parsed = parseScenario(document);
  if (!parsed.ok) return parsed.problems;
  const compiled = compileScenario(parsed.scenario);
  return compiled.ok ? [] : compiled.problems;
}
