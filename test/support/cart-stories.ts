import { aCart } from './shop.js';

/** Saturday, 15:00 in Moscow. */
export const NOON = '2026-11-21T12:00:00.000Z';
export const ANNA = 'anna@example.com';
const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** A reaction with its duration in milliseconds, which the sandbox is played by. */
export type Played =
  | { readonly afterMs: number; readonly step: string; readonly action: 'open' | 'click' | 'unsubscribe' }
  | { readonly afterMs: number; readonly event: { readonly type: string; readonly data: object } };

const LETTERS = [
  { id: 'pause-1', type: 'wait', for: '45 minutes' },
  { id: 'reminder', type: 'email', template: 'abandoned-cart/reminder', reason: 'the cart waits' },
  { id: 'pause-2', type: 'wait', for: '2 days' },
  { id: 'follow-up', type: 'email', template: 'abandoned-cart/follow-up', reason: 'help', when: "!opened('reminder')" },
];
/** The scenario of the stories, but for its key and name. */
export const CART_SCENARIO = {
  messageClass: 'marketing',
  trigger: { type: 'event', event: 'cart.updated', when: 'size(event.items) > 0', subject: 'event.cartId' },
  reentry: { whileRunning: 'restart', afterExit: 'P1D' },
  exits: [
    { event: 'order.placed', when: 'event.total > 0', reason: 'purchased' },
    { event: 'cart.updated', when: 'size(event.items) == 0', reason: 'cart_emptied' },
  ],
  steps: LETTERS,
};

const dataOf = (cart: object): { cartId: string; items: object[] } =>
  (cart as { data: { cartId: string; items: object[] } }).data;
const cart = (afterMs: number, change: object = {}): Played => ({
  afterMs,
  event: { type: 'cart.updated', data: { ...dataOf(aCart(ANNA, NOON)), ...change } },
});
const order = (afterMs: number, data: object = { total: 5 }): Played => ({
  afterMs,
  event: { type: 'order.placed', data },
});
const act = (step: string, action: 'open' | 'click' | 'unsubscribe', afterMs: number): Played => ({
  afterMs,
  step,
  action,
});

/** Each: what the scenario and the store say otherwise, Anna's contact, and what she does. */
export const STORIES: readonly (readonly [
  name: string,
  story: { scenario?: object; store?: object; contact?: object; reactions?: readonly Played[] },
])[] = [
  ['nobody does anything', {}],
  ['the first letter is opened', { reactions: [act('reminder', 'open', HOUR)] }],
  ['the first letter is clicked, and an order follows', { reactions: [act('reminder', 'click', 60_000), order(DAY)] }],
  ['an order comes before any letter', { reactions: [order(HOUR / 2)] }],
  ['an order that the exit cannot judge', { reactions: [order(HOUR / 2, { orderId: '7' })] }],
  ['the cart changes twice', { reactions: [cart(HOUR / 2), cart(HOUR), cart(2 * HOUR)] }],
  [
    'the cart is emptied and filled again, within the cool-down and after it',
    {
      reactions: [cart(HOUR / 4, { items: [] }), cart(HOUR), cart(2 * DAY)],
    },
  ],
  ['somebody unsubscribes and comes again', { reactions: [act('reminder', 'unsubscribe', HOUR), cart(3 * DAY)] }],
  [
    'a service is unsubscribed from',
    {
      scenario: { messageClass: 'service' },
      reactions: [act('reminder', 'unsubscribe', HOUR)],
    },
  ],
  ['nobody consented', { contact: { consent: undefined } }],
  ['everybody is held out', { scenario: { holdout: 100 } }],
  ['the store asks for a confirmation', { store: { doubleOptIn: true } }],
  ['the night is quiet', { store: { quietHours: { from: '15:00', to: '09:30' } } }],
  [
    'a gap and a cap are kept',
    { store: { minimumGap: '60 hours', caps: [{ max: 2, per: 'P30D' }] }, reactions: [cart(5 * DAY)] },
  ],
  [
    'two carts go on side by side, and their letters compete',
    {
      scenario: { reentry: { whileRunning: 'parallel' } },
      store: { minimumGap: '1 hour', quietHours: { from: '15:30', to: '18:00' } },
      reactions: [cart(HOUR / 4, { cartId: '82' })],
    },
  ],
  [
    'steps have conditions, windows and ends of their own',
    {
      scenario: {
        steps: [
          { id: 'a', type: 'wait', for: 'P1M' },
          { ...LETTERS[1], id: 'b', when: 'event.data.rank > 1' },
          {
            ...LETTERS[1],
            id: 'c',
            when: "contact.attributes.size == 'M'",
            window: { days: ['tue'], from: '10:00' },
            late: { after: 'P7D' },
          },
          { id: 'd', type: 'wait', for: '100 days', from: 'entry' },
          { id: 'e', type: 'exit', reason: 'clicked', when: "clicked('c')" },
          { id: 'f', type: 'exit', reason: 'gone' },
        ],
      },
      contact: { timezone: 'Europe/Berlin', attributes: { size: 'M' } },
      reactions: [act('c', 'click', DAY)],
    },
  ],
  [
    'conditions count what happened',
    {
      scenario: {
        exits: [],
        steps: [
          { id: 'a', type: 'wait', for: '1 day' },
          { ...LETTERS[1], when: "count('order.placed', '20 hours') == 1.0 && bought('p1')" },
        ],
      },
      reactions: [
        order(HOUR, { items: [{ productId: 'p2', quantity: 1 }] }),
        order(5 * HOUR, { items: [{ productId: 'p1', quantity: 1 }] }),
      ],
    },
  ],
  [
    'ways part by what the cart is worth, and by a draw',
    {
      scenario: {
        steps: [
          {
            id: 'worth',
            type: 'branch',
            cases: [
              { when: "event.coupon == 'X'", steps: [] },
              {
                when: 'event.total > 1000',
                steps: [
                  LETTERS[0],
                  {
                    id: 'draw',
                    type: 'split',
                    variants: [
                      { key: 'a', steps: [LETTERS[1]] },
                      { key: 'b', steps: [LETTERS[3]] },
                      { key: 'control' },
                    ],
                  },
                ],
              },
            ],
          },
          LETTERS[2],
          { ...LETTERS[1], id: 'last', when: "run.variant != 'control'" },
        ],
      },
      reactions: [cart(HOUR / 4)],
    },
  ],
  [
    'it waits until Monday morning, for a moment that the cart names, and for one that is over',
    {
      scenario: {
        steps: [
          { id: 'monday', type: 'wait', until: { time: '10:00', days: ['mon'] } },
          LETTERS[1],
          { id: 'moment', type: 'wait', date: { at: 'event.at', offset: '10 days' } },
          { id: 'past', type: 'wait', date: { at: 'event.at', ifPast: 'skip-next' } },
          { ...LETTERS[1], id: 'left-out' },
          { ...LETTERS[1], id: 'last' },
        ],
      },
    },
  ],
  ...[DAY, 3 * DAY].map((afterMs): (typeof STORIES)[number] => [
    `it waits two days for an order, which comes after ${afterMs / HOUR} hours`,
    {
      scenario: {
        exits: [],
        steps: [
          LETTERS[1],
          {
            id: 'order',
            type: 'wait',
            event: { event: 'order.placed', when: 'event.total > 1', timeout: '2 days', timedOut: [LETTERS[3]] },
          },
          { ...LETTERS[1], id: 'last' },
        ],
      },
      reactions: [order(HOUR, { total: 1 }), order(afterMs)],
    },
  ]),
  ...[DAY, 20 * DAY].map((afterMs): (typeof STORIES)[number] => [
    `a letter is repeated until the latest is opened, and the first one is after ${afterMs / HOUR} hours`,
    {
      scenario: {
        steps: [
          {
            id: 'weekly',
            type: 'repeat',
            every: '1 week',
            times: 5,
            steps: [{ id: 'enough', type: 'exit', reason: 'read', when: "opened('reminder')" }, LETTERS[1]],
          },
        ],
      },
      reactions: [cart(HOUR), act('reminder', 'open', afterMs)],
    },
  ]),
];
