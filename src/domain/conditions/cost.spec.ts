import { aCompiled, anEvent, facts, NINE } from '../../../test/support/domain-builders.js';
import type { Verdict } from '../compiled-scenario.js';

const LONG = 'a'.repeat(16_000);
const MANY = Array.from({ length: 500 }, (_, i) => `${i}`);

/** The verdict on an event of the store's own. */
function ask(when: string, data: Record<string, unknown>, known = facts()): Verdict | undefined {
  const event = anEvent({ type: 'shop.visited', data });
  const { trigger } = aCompiled({ trigger: { type: 'event', event: event.type, when }, exits: [] });
  return trigger.when?.evaluate({ event, run: null, facts: known, now: new Date(NINE) });
}

describe('one evaluation of a condition is undetermined, and names the field, where it would look at too much:', () => {
  it.each([
    ['by one pattern', "like(event.text, '(.?){900}[^a]')", 'event.text'],
    ['by patterns in turns', "event.list.all(x, !like(event.text, 'a+b'))", 'event.text'],
    ['in turns within turns', 'event.list.all(x, event.list.all(y, !event.text.contains(x + y)))', 'event.list'],
  ])('%s', (_how, condition, field) => {
    expect(ask(condition, { text: LONG, list: MANY })).toEqual({ value: null, field });
  });
});

const PAIRS = '[[1], [1]]';
/** `part` and `part` and `part` …, side by side and not in one another. */
const manyTimes = (n: number, part: string): string =>
  n === 1 ? part : `(${manyTimes(n >> 1, part)} && ${manyTimes(n - (n >> 1), part)})`;

describe('one evaluation of a condition is undetermined, and names what it was at, where out of little data it would make much:', () => {
  it.each([
    [
      'a list that is added to itself, turn after turn',
      `[event.list]${'.map(x, (x + x) + (x + x))'.repeat(7)}.exists(y, y.size() > 5)`,
      { list: MANY },
      'x',
    ],
    [
      'a text that is added to itself',
      `['${'a'.repeat(32)}']${'.map(x, (x + x) + (x + x))'.repeat(11)}.exists(y, y.contains('b'))`,
      {},
      'x',
    ],
    [
      'lists of the same list, compared with their like',
      `[${PAIRS}${'.map(x, [x, x, x, x, x, x, x, x, x, x])'.repeat(7)}].exists(r, r[0] == r[1])`,
      {},
      'r[0]',
    ],
    [
      'a long list, looked through in every turn',
      `event.list.all(x, ${manyTimes(4, '!(x in event.numbers)')})`,
      { list: MANY, numbers: Array<number>(100_000).fill(1) },
      'event.numbers',
    ],
    [
      'the time somewhere, asked for in turns within turns',
      "event.list.all(x, event.list.all(y, now.getHours('Europe/Berlin') > 1))",
      { list: MANY.slice(0, 100) },
      'now',
    ],
    [
      'long turns within turns',
      `event.list.all(x, event.list.all(y, ${manyTimes(30, "x != 'q'")}))`,
      { list: MANY.slice(0, 300) },
      'event.list',
    ],
  ])('%s', (_what, condition, data, field) => {
    expect(ask(condition, data)).toEqual({ value: null, field });
  });
});

describe('one evaluation of a condition may', () => {
  it.each([
    ['take turns within turns', 'event.list.all(x, event.list.all(y, !event.text.contains(x + y)))'],
    ['hold a pattern against every item', "event.list.all(x, !like(event.text, '(?i)^x+$'))"],
    ['ask what hour it is somewhere for every item', "event.list.all(x, now.getHours('Europe/Berlin') > 1)"],
    ['put together many lists', '(event.list + event.list).size() > 700 && event.list.map(x, [x, x]).size() > 300'],
  ])('%s of usual data', (_what, condition) => {
    expect(ask(condition, { text: 'y', list: Array<string>(400).fill('x') })?.value).toBe(true);
  });

  it('ask for every item how long a long list is, which is known without going through it', () => {
    const data = { list: MANY, numbers: Array<number>(50_000).fill(1) };
    expect(ask('event.list.all(x, size(event.numbers) == event.numbers.size())', data)?.value).toBe(true);
  });

  it('ask of every item whether somebody who buys much and often bought it before', () => {
    const items = Array.from({ length: 50 }, (_, i) => ({ productId: `${i}`, title: 'Bolt', sku: 'b', quantity: 9 }));
    const history = Array.from({ length: 200 }, () => ({
      id: 'o',
      type: 'order.placed',
      at: new Date(NINE),
      data: { items },
    }));
    const known = { ...facts(), history };
    expect(ask("event.list.all(x, !bought('new'))", { list: MANY.slice(0, 300) }, known)?.value).toBe(true);
  });
});
