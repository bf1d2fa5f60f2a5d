import { aCompiled, anEmailStep, anEvent, aWaitStep } from '../../test/support/domain-builders.js';
import { act, aStory, later, linesOf, played } from '../../test/support/played-story.js';
import { simulate } from './simulate.js';
import type { Reaction } from './story.js';

const EMPTY = { cartId: '81', items: [] };

const BOTH_LETTERS = [
  '21 09:00 – entered',
  '21 09:00 pause-1 waiting',
  '21 09:45 pause-1 waited',
  '21 09:45 reminder planned',
  '21 09:45 reminder sent',
  '21 09:45 pause-2 waiting',
  '23 09:45 pause-2 waited',
  '23 09:45 follow-up planned',
  '23 09:45 follow-up sent',
  '23 09:45 – ended completed',
];
const FIRST_LETTER = BOTH_LETTERS.slice(0, 6);

describe('a simulation of the abandoned cart', () => {
  it('reminds after 45 minutes, follows up two days later and is completed', () => {
    const simulated = played({});
    expect(linesOf(simulated)).toEqual(BOTH_LETTERS);
    expect(simulated.end).toEqual({ at: new Date('2026-11-23T09:45:00.000Z'), reason: 'completed' });
  });

  it.each(['open', 'click'] as const)('leaves the second letter out after the first got this: %s', (action) => {
    const simulated = played({}, { reactions: [act('reminder', action)] });
    expect(linesOf(simulated)).toEqual([
      ...FIRST_LETTER,
      '23 09:45 pause-2 waited',
      '23 09:45 follow-up skipped condition_false',
      '23 09:45 – ended completed',
    ]);
  });

  it('takes a click for a click, and an open for none', () => {
    const steps = [anEmailStep('a'), aWaitStep('day', '1 day'), anEmailStep('b', { when: "clicked('a')" })];
    const lines = (...actions: ('open' | 'click')[]) =>
      linesOf(played({ steps }, { reactions: actions.map((action) => act('a', action)) }));
    expect(lines('click', 'open')).toContain('22 09:00 b sent');
    expect(lines('open')).toContain('22 09:00 b skipped condition_false');
  });

  it('counts an open of the very instant at which the condition asks, and none of a moment later', () => {
    const steps = [anEmailStep('a'), aWaitStep('day', '1 day'), anEmailStep('b', { when: "opened('a')" })];
    const sent = (after: string) =>
      linesOf(played({ steps }, { reactions: [act('a', 'open', after)] })).includes('22 09:00 b sent');
    expect([sent('PT24H'), sent('PT24H1S')]).toEqual([true, false]);
  });

  it('ends with an order that comes before a letter or after it', () => {
    expect(linesOf(played({}, { reactions: [later('PT30M', 'order.placed')] }))).toEqual([
      '21 09:00 – entered',
      '21 09:00 pause-1 waiting',
      '21 09:30 – ended exited:purchased',
    ]);
    const simulated = played({}, { reactions: [later('PT1H', 'order.placed')] });
    expect(linesOf(simulated)).toEqual([...FIRST_LETTER, '21 10:00 – ended exited:purchased']);
    expect(simulated.end).toEqual({ at: new Date('2026-11-21T10:00:00.000Z'), reason: 'exited:purchased' });
  });

  it('sends nothing where the order comes at the letter’s own instant', () => {
    expect(linesOf(played({}, { reactions: [later('PT45M', 'order.placed')] })).at(-1)).toBe(
      '21 09:45 – ended exited:purchased',
    );
  });

  it('does not begin with a cart whose order is of the same instant', () => {
    const simulated = played({}, { reactions: [later('PT0S', 'order.placed')] });
    expect(linesOf(simulated)).toEqual(['21 09:00 – none exited:purchased']);
    expect(simulated.end).toBeNull();
  });

  it('ends by an exit that cannot be decided, and names what it missed', () => {
    const exits = [{ event: 'order.placed', when: 'event.total > 5', reason: 'purchased' }];
    expect(linesOf(played({ exits }, { reactions: [later('PT30M', 'order.placed')] })).at(-1)).toBe(
      '21 09:30 – ended exited:purchased (event.total)',
    );
  });

  it('begins anew with a changed cart as long as no letter has gone, and only shows it afterwards', () => {
    const changed = (after: string) => later(after, 'cart.updated', anEvent().data);
    expect(linesOf(played({}, { reactions: [changed('PT40M')] })).slice(0, 6)).toEqual([
      '21 09:00 – entered',
      '21 09:00 pause-1 waiting',
      '21 09:40 – restarted',
      '21 09:40 pause-1 waiting',
      '21 10:25 pause-1 waited',
      '21 10:25 reminder planned',
    ]);
    expect(linesOf(played({}, { reactions: [changed('PT50M')] }))).toEqual([
      ...FIRST_LETTER,
      '21 09:50 – refreshed',
      ...BOTH_LETTERS.slice(6),
    ]);
  });

  it('tells of an emptied cart that it ends the run and begins none', () => {
    expect(linesOf(played({}, { reactions: [later('PT10M', 'cart.updated', EMPTY)] })).slice(2)).toEqual([
      '21 09:10 – ended exited:cart_emptied',
      '21 09:10 – none condition_false',
    ]);
  });

  it('ends with an unsubscribing, and lets nothing go to a person who comes again', () => {
    const again = later('P5D', 'cart.updated', anEvent().data);
    const simulated = played({}, { reactions: [again, act('reminder', 'unsubscribe', 'PT0S')] });
    expect(linesOf(simulated).slice(0, 8)).toEqual([
      ...FIRST_LETTER,
      '21 09:45 – ended unsubscribed',
      '26 09:00 – entered #2',
    ]);
    expect(linesOf(simulated)).toContain('26 09:45 reminder skipped no_consent #2');
    expect(simulated.end).toMatchObject({ reason: 'completed' });
  });

  it('is not ended by an unsubscribing where it is a service', () => {
    const service = { messageClass: 'service', reentry: {} };
    expect(linesOf(played(service, { reactions: [act('reminder', 'unsubscribe')] })).at(-2)).toBe(
      '23 09:45 follow-up sent',
    );
  });

  it('knows the cool-down and the limit of a person who comes again', () => {
    const again = later('P3D', 'cart.updated', anEvent().data);
    expect(linesOf(played({}, { reactions: [again] })).at(-1)).toBe('24 09:00 – none cool_down');
    expect(linesOf(played({ reentry: { limit: 1 } }, { reactions: [again] })).at(-1)).toBe('24 09:00 – none limit');
  });

  it('lets what the person does be done with the first letter of a step only', () => {
    const again = later('P3D', 'cart.updated', anEvent().data);
    const simulated = played({ reentry: {} }, { reactions: [again, act('reminder', 'open')] });
    expect(linesOf(simulated)).toContain('23 09:45 follow-up skipped condition_false');
    expect(linesOf(simulated)).toContain('26 09:45 follow-up sent #2');
  });

  it('tells runs apart that go on at the same time', () => {
    const other = later('PT1H', 'cart.updated', { ...anEvent().data, cartId: '82' });
    const lines = linesOf(played({ reentry: { whileRunning: 'parallel' } }, { reactions: [other] }));
    expect(lines).toEqual(expect.arrayContaining(['21 09:45 reminder sent', '21 10:45 reminder sent #2']));
    expect(lines.filter((line) => line.includes('completed'))).toHaveLength(2);
  });
});

describe('an event that starts nothing', () => {
  it.each([
    ['by its condition', { data: EMPTY }, '21 09:00 – none condition_false'],
    [
      'by a condition that cannot be decided, with what it missed',
      { data: { cartId: '81' } },
      '21 09:00 – none condition_false (event.items)',
    ],
    ['by its type', { type: 'order.placed' }, '21 09:00 – none other_event'],
  ])('is told with the reason: %s', (_, event, line) => {
    const simulated = played({}, { event: anEvent(event) });
    expect(linesOf(simulated)).toEqual([line]);
    expect(simulated.end).toBeNull();
  });

  it('is remembered: conditions count it later', () => {
    const trigger = { type: 'event', event: 'cart.updated', when: "count('order.placed', '30 days') == 1" };
    const order = anEvent({ id: 'o', type: 'order.placed', data: {} });
    const simulated = played({ trigger, exits: [] }, { event: order, reactions: [later('P1D', 'cart.updated')] });
    expect(linesOf(simulated).slice(0, 2)).toEqual(['21 09:00 – none other_event', '22 09:00 – entered']);
  });

  it('is remembered with what was bought', () => {
    const trigger = { type: 'event', event: 'cart.updated', when: "bought('p7')" };
    const order = anEvent({ id: 'o', type: 'order.placed', data: { items: [{ productId: 'p7' }] } });
    const simulated = played({ trigger, exits: [] }, { event: order, reactions: [later('P1D', 'cart.updated')] });
    expect(linesOf(simulated)).toContain('22 09:00 – entered');
  });
});

describe('a simulation', () => {
  const again = (after: string, i: number): Reaction => later(after, 'cart.updated', anEvent().data, `cart ${i}`);

  it('is the same whenever it is played', () => {
    const reactions = [act('reminder', 'click'), later('P1D', 'order.placed')];
    expect(JSON.stringify(played({}, { reactions }))).toBe(JSON.stringify(played({}, { reactions })));
  });

  it('lets others be served after each event’s exits, and after its entries', () => {
    const reactions = [again('PT1M', 1), again('PT1M', 2), later('PT1H', 'order.placed')];
    expect([...simulate(aCompiled(), aStory({ reactions }))]).toHaveLength(2 * 4);
  });

  it('ends with its tenth year, where the scenario goes on', () => {
    const years = (count: number) =>
      played({ steps: Array.from({ length: count }, (_, i) => aWaitStep(`y${i}`, '5 years')) });
    expect(years(2).end).not.toBeNull();
    expect(years(3).end).toBeNull();
    expect(linesOf(years(3)).at(-1)).toBe('21 09:00 y2 waiting');
  });

  it('has no end as long as one of its runs goes on', () => {
    const steps = Array.from({ length: 2 }, (_, i) => aWaitStep(`y${i}`, '5 years'));
    const { timeline, end } = played(
      { steps, reentry: { whileRunning: 'parallel' } },
      { reactions: [again('P1D', 1)] },
    );
    expect(timeline.map(({ reason }) => reason)).toContain('completed');
    expect(end).toBeNull();
  });

  it('plays the longest scenario there may be to its end, and many of it only up to fifteen hundred lines', () => {
    const steps = Array.from({ length: 500 }, (_, i) => aWaitStep(`h${i}`, '1 hour'));
    expect(played({ steps })).toMatchObject({ timeline: { length: 1_002 }, end: { reason: 'completed' } });
    const two = played({ steps, reentry: { whileRunning: 'parallel' } }, { reactions: [again('PT1M', 1)] });
    expect(two).toMatchObject({ timeline: { length: 1_500 }, end: null });
  });

  it('goes no further than an instant at which more than ten runs go on', () => {
    const ofRuns = (count: number) =>
      played(
        { reentry: { whileRunning: 'parallel' } },
        { reactions: Array.from({ length: count - 1 }, (_, i) => again('PT1M', i)) },
      );
    expect(ofRuns(10).end).toMatchObject({ reason: 'completed' });
    expect(ofRuns(11).end).toBeNull();
    expect(linesOf(ofRuns(11)).at(-1)).toBe('21 09:01 pause-1 waiting #11');
  });
});
