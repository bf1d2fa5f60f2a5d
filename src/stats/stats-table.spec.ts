import { NO_FIGURES } from './stats-row.js';
import { type PublishedStep, statsTable } from './stats-table.js';

const CART = 'abandoned-cart';
const stepsOf = (...steps: string[]): PublishedStep[] =>
  steps.map((step, i) => ({ scenario: CART, step, stepNumber: i + 1, firsts: i === 0 ? [] : [steps[0]!] }));
const group = (version: number, step: string, stepNumber: number, orders: number) => ({
  scenario: CART,
  step,
  stepNumber,
  value: String(version),
  figures: { ...NO_FIGURES, sent: 100, orders },
  revenue: [],
});

const options = { versions: [], machine: false, currency: 'RUB', scenario: null };
const other = { ...group(1, 'welcome', 1, 7), scenario: 'lead-magnet' };
const shown = (groups: ReturnType<typeof group>[], by: 'step' | 'day') =>
  statsTable(groups, stepsOf('reminder', 'follow-up', 'last-call'), { ...options, by }).items;

describe('a table by step', () => {
  const groups = [group(1, 'follow-up', 2, 10), group(1, 'coupon', 2, 4), other, group(1, 'reminder', 1, 40)];
  const rows = shown(
    groups.map((one) => ({ ...one, value: '' })),
    'step',
  );

  it('has the steps as they are published, then those that are no more, scenario by scenario', () => {
    expect(rows.map(({ scenario, step }) => [scenario, step])).toEqual([
      [CART, 'reminder'],
      [CART, 'follow-up'],
      [CART, 'last-call'],
      [CART, 'coupon'],
      ['lead-magnet', 'welcome'],
    ]);
  });

  it('has zeros for a step that sent nothing, and compares each with the first letter of its scenario', () => {
    expect(rows.map(({ sent, orders, increment }) => [sent, orders, increment])).toEqual([
      [100, 40, null],
      [100, 10, { orders: 0.25 }],
      [0, 0, { orders: 0 }],
      [100, 4, { orders: 0.1 }],
      [100, 7, null],
    ]);
  });

  it('compares with the one that stands first where several were first and none is published any more', () => {
    const were = [group(1, 'hello', 1, 4), group(1, 'aloha', 1, 8)].map((one) => ({ ...one, value: '' }));
    const { items } = statsTable(were, [], { ...options, by: 'step' });
    expect(items.map(({ step, increment }) => [step, increment])).toEqual([
      ['aloha', null],
      ['hello', { orders: 0.5 }],
    ]);
  });
});

describe('a table of a scenario whose ways part before the first letter', () => {
  const published: PublishedStep[] = [
    { scenario: CART, step: 'short', stepNumber: 1, firsts: [] },
    { scenario: CART, step: 'short-again', stepNumber: 2, firsts: ['short'] },
    { scenario: CART, step: 'long', stepNumber: 3, firsts: [] },
    { scenario: CART, step: 'last', stepNumber: 4, firsts: ['short', 'long'] },
  ];
  const of = (value: string, step: string, stepNumber: number, orders: number) => ({
    ...group(1, step, stepNumber, orders),
    value,
  });

  it('compares each letter with the first ones of the ways that lead to it, and none of these with another', () => {
    const groups = [of('', 'short', 1, 40), of('', 'short-again', 2, 10), of('', 'long', 3, 60), of('', 'last', 4, 20)];
    const { items } = statsTable(groups, published, { ...options, by: 'step' });
    expect(items.map(({ step, increment }) => [step, increment?.orders ?? null])).toEqual([
      ['short', null],
      ['short-again', 0.25],
      ['long', null],
      ['last', 0.2],
    ]);
  });

  it('compares by variant with the first letter that the variant has', () => {
    const groups = [of('a', 'short', 1, 40), of('a', 'last', 4, 8), of('b', 'long', 3, 60), of('b', 'last', 4, 12)];
    const { items } = statsTable(groups, published, { ...options, by: 'variant' });
    expect(items.map(({ step, variant, increment }) => [step, variant, increment?.orders ?? null])).toEqual([
      ['short', 'a', null],
      ['long', 'b', null],
      ['last', 'a', 0.2],
      ['last', 'b', 0.2],
    ]);
  });
});

it('a row has its money in the store’s currency if there is any, else in the first, and the other ones beside it', () => {
  const EUR = { amount: '5', currency: 'EUR' };
  const USD = { amount: '1.50500', currency: 'USD' };
  const moneyOf = (...revenue: (typeof EUR)[]) => {
    const [row] = statsTable([{ ...group(1, 'reminder', 1, 2), value: '', revenue }], [], {
      ...options,
      by: 'step',
    }).items;
    return [row!.revenue, ...(row!.otherRevenue ?? [])].map(({ amount, currency }) => `${amount} ${currency}`);
  };
  expect(moneyOf(EUR, { amount: '5980', currency: 'RUB' }, USD)).toEqual(['5980.00 RUB', '5.00 EUR', '1.505 USD']);
  expect(moneyOf(EUR, USD)).toEqual(['5.00 EUR', '1.505 USD']);
  expect(moneyOf()).toEqual(['0.00 RUB']);
});

it('a table by day compares letters of one day, and has no days on which a step sent nothing', () => {
  const on = (day: string, step: string, stepNumber: number, orders: number) => ({
    ...group(1, step, stepNumber, orders),
    value: day,
  });
  const days = ['2026-11-21', '2026-11-22'] as const;
  const rows = shown(
    [
      on(days[1], 'reminder', 1, 20),
      on(days[0], 'reminder', 1, 10),
      on(days[0], 'follow-up', 2, 1),
      on(days[1], 'follow-up', 2, 1),
      { ...other, value: days[0] },
    ],
    'day',
  );
  expect(rows.map(({ step, day, increment }) => [step, day, increment])).toEqual([
    ['reminder', days[0], null],
    ['reminder', days[1], null],
    ['follow-up', days[0], { orders: 0.1 }],
    ['follow-up', days[1], { orders: 0.05 }],
    ['welcome', days[0], null],
  ]);
  expect(shown([on(days[0], 'follow-up', 2, 1)], 'day').map(({ increment }) => increment)).toEqual([{ orders: null }]);
});

it('a table of a thousand days looks at what is published no oftener than one of a single day', () => {
  const looksFor = (days: number): number => {
    let looks = 0;
    const look = (scenario: string): string => (looks++, scenario);
    const published = stepsOf('reminder', 'follow-up').map(({ scenario, ...step }) => ({
      ...step,
      get scenario() {
        return look(scenario);
      },
    }));
    const lines = Array.from({ length: days }, (_, day) => ({ ...group(1, 'follow-up', 2, 1), value: String(day) }));
    statsTable(lines, published, { ...options, by: 'day' });
    return looks;
  };
  expect(looksFor(1_000)).toBe(looksFor(1));
});

describe('a table by version', () => {
  const FIRST = stepsOf('reminder', 'follow-up');
  const SECOND = stepsOf('greeting', 'reminder', 'follow-up');
  const table = (...groups: ReturnType<typeof group>[]) =>
    statsTable(groups, SECOND, {
      by: 'version',
      versions: [...FIRST.map((step) => ({ ...step, version: 1 })), ...SECOND.map((step) => ({ ...step, version: 2 }))],
      machine: false,
      currency: 'RUB',
      scenario: CART,
    }).items.map(({ version, step, increment }) => [version, step, increment]);

  it('compares the letters of each version with its own first one, whatever is published since', () => {
    expect(
      table(
        group(1, 'reminder', 1, 40),
        group(1, 'follow-up', 2, 10),
        group(2, 'greeting', 1, 20),
        group(2, 'reminder', 2, 30),
        group(2, 'follow-up', 3, 5),
      ),
    ).toEqual([
      [2, 'greeting', null],
      [1, 'reminder', null],
      [2, 'reminder', { orders: 1.5 }],
      [1, 'follow-up', { orders: 0.25 }],
      [2, 'follow-up', { orders: 0.25 }],
    ]);
  });

  it('has the tenth version behind the ninth', () => {
    const versions = [10, 9].map((version) => group(version, 'reminder', 1, 1));
    expect(table(...versions).map(([version]) => version)).toEqual([9, 10]);
  });

  it('compares with the first one also where that sent nothing', () => {
    expect(table(group(1, 'follow-up', 2, 10), group(2, 'greeting', 1, 20))).toEqual([
      [2, 'greeting', null],
      [1, 'follow-up', { orders: null }],
    ]);
  });
});
