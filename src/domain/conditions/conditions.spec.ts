import {
  aCompiled,
  after,
  anEvent,
  aRun,
  facts,
  NINE,
  problemsOf,
  ABANDONED_CART,
} from '../../../test/support/domain-builders.js';
import type { Condition, Verdict } from '../compiled-scenario.js';
import type { EventFacts, Facts } from '../run.js';

const CUSTOM = 'shop.visited';

function atTrigger(when: string, event = 'cart.updated'): Condition {
  const condition = aCompiled({ trigger: { type: 'event', event, when }, exits: [] }).trigger.when;
  if (condition === null) throw new Error('no condition');
  return condition;
}

function ask(when: string, event: EventFacts = anEvent(), known: Facts = facts()): Verdict {
  return atTrigger(when, event.type).evaluate({ event, run: null, facts: known, now: after({ minutes: 5 }) });
}

function problemsAt(when: string, event = 'cart.updated'): readonly string[] {
  const document = { ...ABANDONED_CART, trigger: { type: 'event', event, when }, exits: [] };
  return problemsOf(document).map(({ pointer, code }) => `${pointer} ${code}`);
}

const own = (data: Record<string, unknown>): EventFacts => anEvent({ type: CUSTOM, data });

describe('a condition is true', () => {
  it.each([
    ['a whole number beside money', 'event.total > 1000'],
    ['arithmetic of money and whole numbers', 'event.total * 2 + 1 - 1 == 11960'],
    ['a choice between money and a whole number', '(event.total > 1 ? event.total : 0) > 5000'],
    ['a negative number', 'event.total > -5 && -event.total < 0'],
    ['the size of a list', 'size(event.items) > 0 && event.items.size() == 1'],
    ['an element of a list', 'event.items[0].price == 5980'],
    ['a comprehension', 'event.items.exists(i, i.price * i.quantity >= 5980 && i.productId == "p1")'],
    ['one comprehension in another', 'event.items.all(a, event.items.exists(b, b.productId == a.productId))'],
    ['a filtered list', 'size(event.items.filter(i, i.price > 10)) == 1'],
    ['membership', 'event.total in [1, 5980] && "p1" in event.items.map(i, i.productId)'],
    ['the envelope', 'event.type == "cart.updated" && event.id == "cart-81-v1"'],
    ['the instant of the event', 'now - event.at == duration("5m") && timestamp(event.at) < now'],
    ['a part of the instant', 'event.at.getHours("Europe/Moscow") == 12'],
    ['a field that is asked for', 'has(event.total) && !has(event.coupon) && !has(event.surprise)'],
    ['the contact', 'contact.email.endsWith("@example.com") && contact.locale == "ru" && contact.timezone == null'],
    ['the store', 'store.currency == "RUB" && store.name == "Shop"'],
    ['a pattern found in the text', 'like(event.items[0].title, "(?i)^co[a-z]+$")'],
    ['a determined side of ||', 'event.coupon == "X" || event.total > 1'],
    ['its own field of a standard event under data', 'event.data.cartId == "81"'],
    ['a variable named as one of ours', '[1, 2].exists(event, event == 2)'],
    ['a text with quotes', `event.id != "it's \\"quoted\\"\\n"`],
    ['a huge number', 'event.total < 1e30'],
    ['a text in other letters', 'event.items[0].title.upperAscii() == "COAT"'],
  ])('for %s', (_what, when) => {
    expect(ask(when)).toEqual({ value: true, field: null });
  });

  it('for a date that the shop keeps of the person', () => {
    const known = facts({ contact: { attributes: { since: '2025-11-21' } } });
    expect(ask('contact.attributes.since < now', anEvent(), known)).toEqual({ value: true, field: null });
    expect(ask('contact.attributes.since < now')).toEqual({ value: null, field: 'contact.attributes.since' });
  });

  it.each([
    ['money as a decimal string', 'event.total > 1000', anEvent({ data: { total: '5980.00' } })],
    [
      'a price as a decimal string',
      'event.items.exists(i, i.price > 10)',
      anEvent({ data: { items: [{ price: '10.50' }] } }),
    ],
    ['an id as a number', 'event.cartId == "81"', anEvent({ data: { cartId: 81 } })],
    ["numbers of a store's own event", 'event.score + 1 > 4 && event.score * 2 == 8', own({ score: 4 })],
    ["money as text in a store's own event", 'event.sum >= 10', own({ sum: '10.00' })],
    ["a date in a store's own event", 'event.until > now && !(now >= event.until)', own({ until: '2026-11-22' })],
    [
      "the time to a date of a store's own",
      'event.until - now == duration("1h")',
      own({ until: after({ minutes: 65 }).toISOString() }),
    ],
    [
      'data keys named as the envelope',
      'event.data.type == "blue" && event.type == "shop.visited"',
      own({ type: 'blue' }),
    ],
    ['a key that is no name', 'event["Total spent"] > 1', own({ 'Total spent': 2 })],
    ['an absent key asked for', '!("x" in event) && "y" in event', own({ y: 1 })],
    ['a null told apart', 'event.x == null && event.y != null', own({ x: null, y: 1 })],
  ])('for %s', (_what, when, event) => {
    expect(ask(when, event)).toEqual({ value: true, field: null });
  });

  it('for attributes and tags of the contact', () => {
    const known = facts({ contact: { attributes: { size: 'M', points: '120' }, tags: ['vip'] } });
    expect(
      ask(
        'contact.attributes.size == "M" && contact.attributes.points > 100 && "vip" in contact.tags',
        anEvent(),
        known,
      ).value,
    ).toBe(true);
  });

  it('for what happened in the window', () => {
    const history = [
      {
        id: 'o-2',
        type: 'order.placed',
        at: after({ days: -10 }),
        data: { items: [{ productId: 'p1' }, { productId: 7 }] },
      },
      { id: 'o-1', type: 'order.placed', at: after({ days: -40 }), data: { items: [{ productId: 'p2' }] } },
    ];
    const seen = { id: 'c-1', type: 'cart.updated', at: after({ days: -1 }), data: { items: [{ productId: 'p3' }] } };
    const known = facts({ history: [seen, ...history] });
    const claims = [
      "happened('order.placed') && happened('order.placed', '30 days') && !happened('order.placed', '1 day')",
      "count('order.placed') == 2 && count('order.placed', 'P30D') == 1",
      "bought('p1') && bought('7', 'P30D') && bought('p2') && !bought('p2', 'P30D') && !bought('p3')",
      'event.items.exists(i, bought(i.productId))',
      "!happened('order.paid') && count('order.paid') == 0",
    ];
    for (const claim of claims) expect([claim, ask(claim, anEvent(), known).value]).toEqual([claim, true]);
  });
});

describe('a condition is undetermined, and names the field,', () => {
  it.each([
    ['when it is missing', 'event.total > 1', anEvent({ data: {} }), 'event.total'],
    ['when it is null', 'event.total > 1', anEvent({ data: { total: null } }), 'event.total'],
    ['when it is of a wrong type', 'event.total > 1', anEvent({ data: { total: 'much' } }), 'event.total'],
    ['deep in a list', 'event.items.all(i, i.price > 1)', anEvent({ data: { items: [{}] } }), 'i.price'],
    ['behind the end of a list', 'event.items[3].price > 1', anEvent(), 'event.items[3]'],
    ["in a store's own event", 'event.a.b == 1', own({ a: {} }), 'event.a.b'],
    ['when a date is none', 'event.until > now', own({ until: 'tomorrow 3' }), 'event.until'],
    ['when a time has no zone', 'event.until > now', own({ until: '2026-12-01T12:00:00' }), 'event.until'],
    ['when the calendar has no such day', 'event.until > now', own({ until: '2026-02-30' }), 'event.until'],
    ['when a flag is no flag', 'event.vip', own({ vip: 'yes' }), 'event.vip'],
    ['when what is denied is no flag', '!event.vip', own({ vip: 'yes' }), 'event.vip'],
    ['when what is made negative is no number', '-event.sum < 0', own({ sum: 'much' }), 'event.sum'],
    ['when types do not compare', 'event.a < event.b', own({ a: 'x', b: 1 }), 'event.a'],
    ['among the attributes', 'contact.attributes.size == "M"', anEvent(), 'contact.attributes.size'],
    ['in a list too long to go through', 'event.list.all(x, x > 0)', own({ list: Array(501).fill(1) }), 'event.list'],
  ])('%s', (_when, condition, event, field) => {
    expect(ask(condition, event)).toEqual({ value: null, field });
  });

  it('without ever throwing, for a zone that does not exist', () => {
    expect(ask('event.at.getHours(event.data.zone) == 1', anEvent({ data: { zone: 'Mars/Phobos' } })).value).toBeNull();
  });
});

describe('a condition is refused at publish', () => {
  it.each([
    ['a typing error in a field', 'event.totl > 1', 'unknown_path'],
    ['a typing error in an item', 'event.items.exists(i, i.prise > 1)', 'unknown_path'],
    ['a field of a text', 'event.cartId.x == "1"', 'unknown_path'],
    ['an unknown field of the contact', 'contact.mail == "x"', 'unknown_path'],
    ['an unknown name', 'evnt.total > 1', 'unknown_name'],
    ['what the engine uses itself', 'known.opened("reminder")', 'unknown_function'],
    ['broken syntax', 'event.total >', 'syntax_error'],
    ['a text compared with a number', 'event.currency > 5', 'type_error'],
    ['an id compared with a number', 'event.cartId == 81', 'type_error'],
    ['a list compared with a number', 'event.items > 0', 'type_error'],
    ['something neither true nor false', 'event.total + 1', 'type_error'],
    ['the backtracking regular expression', 'event.currency.matches("(a+)+$")', 'not_allowed'],
    ['a function that is not offered', 'event.currency.split("")', 'unknown_function'],
    ['binding', 'cel.bind(x, 1, x == 1)', 'unknown_function'],
    ['a map', '{"a": 1}.a == 1', 'not_allowed'],
    ['a pattern that is none', 'like(event.currency, "(")', 'invalid_pattern'],
    ['a pattern made at run time', 'like(event.currency, event.url)', 'not_a_literal'],
    ['a run where there is none yet', 'run.touches > 0', 'not_available'],
    ['a letter where there is no run yet', 'opened("reminder")', 'not_available'],
    ['an event type that is none', 'happened("order")', 'invalid_event_type'],
    ['an event type made at run time', 'happened(event.url)', 'not_a_literal'],
    ['a month as a window', 'happened("order.placed", "1 month")', 'invalid_duration'],
    ['a duration in words', 'now - event.at > duration("2 days")', 'invalid_duration'],
    ['a duration in ISO 8601', 'now - event.at > duration("P1D")', 'invalid_duration'],
    ['a day as an instant', 'now > timestamp("2026-11-21")', 'invalid_instant'],
    ['a zone that is none', 'event.at.getHours("Mars/Phobos") == 1', 'invalid_zone'],
    ['the whole event', 'event', 'type_error'],
    ['a record', 'contact.attributes', 'type_error'],
    [
      'three comprehensions in one another',
      'event.items.all(a, event.items.all(b, event.items.all(c, true)))',
      'too_complex',
    ],
    ['a deep tree', `${'('.repeat(30)}true${')'.repeat(30)}`, 'too_complex'],
    ['a big tree', Array(200).fill('true').join(' && '), 'too_complex'],
    ['a long text', `event.url == "${'x'.repeat(1_990)}" || true`, 'out_of_range'],
  ])('for %s', (_what, when, code) => {
    expect(problemsAt(when)).toEqual([`/trigger/when ${code}`]);
  });

  it('with every problem of an expression at once', () => {
    expect(problemsAt('event.a == 1 && event.b == 2')).toHaveLength(2);
  });

  it("but the store's own event types are free", () => {
    expect(problemsAt('event.anything.at[0].all > 1', CUSTOM)).toEqual([]);
  });
});

describe('conditions of a run', () => {
  const compiled = aCompiled({
    steps: [
      { id: 'a', type: 'email', template: 'x/a', reason: 'r' },
      { id: 'b', type: 'email', template: 'x/b', reason: 'r', when: "sent('a') && !opened('a') && !clicked('a')" },
      {
        id: 'c',
        type: 'exit',
        reason: 'enough',
        when: 'run.touches >= 2 && run.event.total > 1 && run.subject == "81"',
      },
      { id: 'd', type: 'exit', reason: 'quiet', when: "!opened('a') && !clicked('a')" },
    ],
  });
  const holds = (step: number, known: Facts, touches = 2): boolean | null | undefined =>
    compiled.steps[step]?.when?.evaluate({
      event: anEvent(),
      run: aRun({ touches }),
      facts: known,
      now: new Date(NINE),
    }).value;

  it('see what became of its letters', () => {
    const letter = { stepId: 'a', sent: true, opened: false, clicked: false };
    expect(holds(1, facts({ messages: [letter] }))).toBe(true);
    expect(holds(1, facts({ messages: [{ ...letter, opened: true }] }))).toBe(false);
    expect([holds(1, facts()), holds(3, facts())]).toEqual([false, true]);
  });

  it('see the run', () => {
    expect([holds(2, facts()), holds(2, facts(), 1)]).toEqual([true, false]);
  });

  it('cannot ask about a step that sends nothing', () => {
    const steps = [...ABANDONED_CART.steps, { id: 'last', type: 'exit', reason: 'x', when: "opened('pause-1')" }];
    expect(problemsOf({ ...ABANDONED_CART, steps })).toMatchObject([
      { pointer: '/steps/4/when', code: 'unknown_step' },
    ]);
  });
});

describe('what the conditions of a scenario need', () => {
  it('is nothing for a scenario without conditions', () => {
    const steps = [{ id: 'a', type: 'email', template: 'x/a', reason: 'r' }];
    expect(aCompiled({ steps }).needs).toEqual({ engagement: false, history: [] });
  });

  it('is read off their syntax trees, one need a type, as far back as the furthest', () => {
    const steps = [
      { id: 'a', type: 'email', template: 'x/a', reason: 'r', when: "!happened('order.paid', 'P1D')" },
      { id: 'b', type: 'email', template: 'x/b', reason: 'r', when: "clicked('a') || bought(event.cartId, 'P30D')" },
    ];
    const exits = [
      { event: 'order.placed', reason: 'x', when: "count('review.published') > 1 && happened('order.paid', 'PT1H')" },
    ];
    expect(aCompiled({ steps, exits }).needs).toEqual({
      engagement: true,
      history: [
        { type: 'order.paid', withinMs: 30 * 86_400_000, data: true },
        { type: 'order.placed', withinMs: 30 * 86_400_000, data: true },
        { type: 'review.published', withinMs: null, data: false },
      ],
    });
  });

  it.each([
    "count('order.paid') > 3 && !happened('order.paid', 'P30D')",
    "!happened('order.paid', 'P30D') && count('order.paid') > 3",
  ])('is all there is where one of them asks of all time: %s', (when) => {
    const steps = [{ id: 'a', type: 'email', template: 'x/a', reason: 'r', when }];
    expect(aCompiled({ steps }).needs.history).toEqual([{ type: 'order.paid', withinMs: null, data: false }]);
  });
});
