import { aCompiled, anEvent, facts, NINE } from '../../../test/support/domain-builders.js';
import type { Verdict } from '../compiled-scenario.js';

const LONG = 'a'.repeat(16_000);
const MANY = Array.from({ length: 500 }, (_, i) => `${i}`);

/** The verdict on an event of the store's own. */
function ask(when: string, data: Record<string, unknown>): Verdict | undefined {
  const event = anEvent({ type: 'shop.visited', data });
  const { trigger } = aCompiled({ trigger: { type: 'event', event: event.type, when }, exits: [] });
  return trigger.when?.evaluate({ event, run: null, facts: facts(), now: new Date(NINE) });
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

describe('one evaluation of a condition may', () => {
  it.each([
    ['take turns within turns', 'event.list.all(x, event.list.all(y, !event.text.contains(x + y)))'],
    ['hold a pattern against every item', "event.list.all(x, !like(event.text, '(?i)^x+$'))"],
  ])('%s of usual data', (_what, condition) => {
    expect(ask(condition, { text: 'y', list: Array<string>(400).fill('x') })?.value).toBe(true);
  });
});
