import { NO_FIGURES } from './stats-row.js';
import { type PublishedStep, statsTable } from './stats-table.js';

const CART = 'abandoned-cart';
const stepsOf = (...steps: string[]): PublishedStep[] =>
  steps.map((step, i) => ({ scenario: CART, step, stepNumber: i + 1 }));
const group = (version: number, step: string, stepNumber: number, orders: number) => ({
  scenario: CART,
  step,
  stepNumber,
  value: String(version),
  figures: { ...NO_FIGURES, sent: 100, orders },
  revenue: [],
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

  it('compares with the first one also where that sent nothing', () => {
    expect(table(group(1, 'follow-up', 2, 10), group(2, 'greeting', 1, 20))).toEqual([
      [2, 'greeting', null],
      [1, 'follow-up', { orders: null }],
    ]);
  });
});
