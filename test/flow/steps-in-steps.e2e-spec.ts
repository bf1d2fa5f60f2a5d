import { type FlowApp, startApp } from '../support/app.js';
import { aLetter, Chains } from '../support/chain.js';
import { anOrder, Shop } from '../support/shop.js';

/** Saturday, 15:00 in Moscow. */
const NOON = '2026-11-21T12:00:00.000Z';
interface Row {
  readonly step: string;
  readonly variant?: string;
  readonly sent: number;
  readonly orders: number;
  readonly increment: { readonly orders: number | null } | null;
}
interface Explained {
  readonly run: {
    readonly decisions: readonly { step: string; outcome: string; reason: string; field: string; condition: string }[];
  };
}

describe('steps that hold steps', () => {
  let app: FlowApp;
  let shop: Shop;
  let chains: Chains;

  beforeAll(async () => {
    app = await startApp();
    shop = new Shop(app.url, app.testKey);
    chains = new Chains(shop);
    await chains.open();
    await shop.must('PATCH', '/v1/store', { timezone: 'Europe/Moscow' });
  });
  afterAll(() => app.close());

  const published = (steps: readonly object[], over: object = {}) => chains.publish(NOON, steps, over);

  it('a branch leads each person its way, and all of them on behind it', async () => {
    const key = await published([
      {
        id: 'worth',
        type: 'branch',
        cases: [
          { when: 'event.total > 10000', steps: [{ id: 'hour', type: 'wait', for: '1 hour' }, aLetter('dear')] },
          { when: 'event.total > 1000', steps: [aLetter('usual')] },
        ],
        else: [{ id: 'small', type: 'exit', reason: 'too_small' }],
      },
      { id: 'day', type: 'wait', for: '1 day' },
      aLetter('last'),
    ]);
    await chains.begin('dear@example.com', { total: 20_000 });
    await chains.begin('usual@example.com', { total: 5_000 });
    await chains.begin('small@example.com', { total: 5 });
    await chains.begin('odd@example.com', { total: 'much' });
    await shop.advance('PT0S');
    expect(await chains.runOf(key, 'dear@example.com')).toMatchObject({ state: 'waiting', step: 'hour' });
    expect(await chains.runOf(key, 'small@example.com')).toMatchObject({ endReason: 'ended_by_step:too_small' });
    await shop.advance('2 days');
    expect(await chains.sent(key)).toEqual([
      '2026-11-21T12:00:00.000Z usual usual@example.com',
      '2026-11-21T13:00:00.000Z dear dear@example.com',
      '2026-11-22T12:00:00.000Z last usual@example.com',
      '2026-11-22T13:00:00.000Z last dear@example.com',
    ]);
    const { run } = await shop.must<Explained>('GET', `/v1/contacts/odd@example.com/explain?scenario=${key}`);
    expect(run.decisions[1]).toMatchObject({
      step: 'worth',
      outcome: 'branched',
      reason: 'else',
      field: 'event.total',
    });
  });

  it('a skipped letter within a branch is told with the condition that did not hold', async () => {
    const key = await published([
      { id: 'b', type: 'branch', cases: [{ when: 'true', steps: [aLetter('first', { when: 'event.total > 1' })] }] },
    ]);
    await chains.begin('anna@example.com', { total: 0 });
    await shop.advance('PT0S');
    const [message] = await shop.messages({ scenario: key });
    expect(message).toMatchObject({ step: 'first', reason: 'condition_false', condition: 'event.total > 1' });
    const { run } = await shop.must<Explained>('GET', `/v1/contacts/anna@example.com/explain?scenario=${key}`);
    expect(run.decisions.map(({ step, condition }) => [step, condition])).toContainEqual(['first', 'event.total > 1']);
  });

  it('a split divides people for good, and the figures by variant compare each with its own first letter', async () => {
    const key = await published([
      {
        id: 'test',
        type: 'split',
        variants: [
          { key: 'short', steps: [aLetter('short')] },
          { key: 'long', steps: [aLetter('long')] },
          { key: 'control', weight: 1 },
        ],
      },
      { id: 'day', type: 'wait', for: '1 day' },
      aLetter('last', { when: "run.variant != 'control'" }),
    ]);
    const people = Array.from({ length: 30 }, (_, i) => `p${i}@example.com`);
    for (const email of people) await chains.begin(email);
    await shop.advance('PT0S');
    const variants = new Map<string, string[]>();
    for (const email of people) {
      const { variant } = await chains.runOf(key, email);
      variants.set(variant, [...(variants.get(variant) ?? []), email]);
    }
    expect([...variants.keys()].sort()).toEqual(['control', 'long', 'short']);
    for (const { to, subject, step, id } of await shop.messages({ scenario: key })) {
      expect(subject).toBe(`Hello ${step}`);
      expect(variants.get(step)).toContain(to);
      await shop.engage(id, 'click');
    }
    const [buyer] = variants.get('short')!;
    await shop.event(anOrder(buyer!, '2026-11-21T12:00:00.000Z'));
    await shop.advance('1 day');
    const rowsBy = async (by: string) =>
      (await shop.must<{ items: readonly Row[] }>('GET', `/v1/stats/scenarios/${key}?by=${by}`)).items;
    const lengthOf = (variant: string): number => variants.get(variant)!.length;
    const [short, long] = [lengthOf('short'), lengthOf('long')];
    expect(
      (await rowsBy('variant')).map(({ step, variant, sent: went, orders, increment }) => [
        step,
        variant,
        went,
        orders,
        increment,
      ]),
    ).toEqual([
      ['short', 'short', short, 1, null],
      ['long', 'long', long, 0, null],
      ['last', 'long', long, 0, { orders: null }],
      ['last', 'short', short, 0, { orders: 0 }],
    ]);
    expect((await rowsBy('step')).map(({ step, sent: went, increment }) => [step, went, increment])).toEqual([
      ['short', short, null],
      ['long', long, null],
      ['last', short + long, { orders: 0 }],
    ]);
    const variantsOf = (query = '') => shop.call('GET', `/v1/stats/scenarios/${key}/variants${query}`);
    const of = (variant: string, buyers: number) => ({ variant, people: lengthOf(variant), buyers, orders: buyers });
    expect((await variantsOf()).body).toMatchObject({
      split: 'test',
      against: 'control',
      variants: [
        { ...of('control', 0), lift: null },
        of('long', 0),
        { ...of('short', 1), lift: { rate: expect.any(Number) as number } },
      ],
      stillOpen: 30,
    });
    expect((await variantsOf('?split=test&against=short&from=2026-11-21&to=2026-11-21')).body).toMatchObject({
      variants: [of('short', 1), of('control', 0), of('long', 0)],
    });
    expect((await variantsOf('?to=2026-11-20')).body).toMatchObject({ against: null, variants: [] });
    expect(await variantsOf('?against=none')).toMatchObject({ status: 422, body: { code: 'unknown_variant' } });
    expect(await variantsOf('?split=day')).toMatchObject({ status: 422, body: { code: 'unknown_split' } });
  });

  it('a wait until an hour is over by the person’s clock, and a wait for a moment so long before it', async () => {
    const key = await published([
      { id: 'morning', type: 'wait', until: { time: '10:00', days: ['mon', 'tue', 'wed', 'thu', 'fri'] } },
      aLetter('monday'),
      { id: 'before', type: 'wait', date: { at: 'event.endsAt', offset: '-1 day', ifPast: 'skip-next' } },
      aLetter('tomorrow'),
    ]);
    await chains.begin('moscow@example.com', { endsAt: '2026-11-30' });
    await chains.begin('tokyo@example.com', { endsAt: '2026-11-23T12:00:00Z' }, { timezone: 'Asia/Tokyo' });
    await shop.advance('20 days');
    expect(await chains.sent(key)).toEqual([
      '2026-11-23T01:00:00.000Z monday tokyo@example.com',
      '2026-11-23T07:00:00.000Z monday moscow@example.com',
      '2026-11-28T21:00:00.000Z tomorrow moscow@example.com',
    ]);
    const [late] = await shop.messages({ scenario: key, state: 'skipped' });
    expect(late).toMatchObject({ step: 'tomorrow', to: 'tokyo@example.com', reason: 'late' });
  });

  it('a run that waits for an event goes on when it comes, and otherwise when its time is over', async () => {
    const key = await published([
      {
        id: 'order',
        type: 'wait',
        event: {
          event: 'order.placed',
          when: 'event.total >= 1000',
          timeout: '2 days',
          received: [aLetter('thanks')],
          timedOut: [aLetter('reminder')],
        },
      },
    ]);
    await chains.begin('buyer@example.com');
    await chains.begin('small@example.com');
    await shop.advance('1 hour');
    const { id } = await shop.event(anOrder('buyer@example.com', '2026-11-21T13:00:00.000Z'));
    const small = await shop.event(anOrder('small@example.com', '2026-11-21T13:00:00.000Z', { total: 5 }));
    await shop.advance('PT0S');
    expect(await shop.must('GET', `/v1/events/${id}`)).toMatchObject({
      outcomes: [{ scenario: key, outcome: 'received', reason: null }],
    });
    expect(await shop.must('GET', `/v1/events/${small.id}`)).toMatchObject({ outcomes: [] });
    await shop.advance('3 days');
    expect(await chains.sent(key)).toEqual([
      '2026-11-21T13:00:00.000Z thanks buyer@example.com',
      '2026-11-23T12:00:00.000Z reminder small@example.com',
    ]);
    expect(await chains.runOf(key, 'buyer@example.com')).toMatchObject({ endReason: 'completed', step: null });
  });

  it('an event at the very end of the wait was in time, and an exit of the same instant goes before it', async () => {
    const steps = [
      {
        id: 'order',
        type: 'wait',
        event: {
          event: 'order.placed',
          timeout: '1 hour',
          received: [aLetter('thanks')],
          timedOut: [aLetter('reminder')],
        },
      },
    ];
    const key = await published(steps);
    await chains.begin('last@example.com');
    await shop.advance('55 minutes');
    await shop.event(anOrder('last@example.com', '2026-11-21T13:00:00.000Z'));
    await shop.advance('10 minutes');
    // An event of the next five minutes takes effect when it is received.
    expect(await chains.sent(key)).toEqual(['2026-11-21T12:55:00.000Z thanks last@example.com']);
    const exits = await published(steps, { exits: [{ event: 'order.placed', reason: 'purchased' }] });
    await chains.begin('gone@example.com');
    await shop.advance('30 minutes');
    await shop.event(anOrder('gone@example.com', '2026-11-21T12:30:00.000Z'));
    await shop.advance('2 hours');
    expect(await chains.runOf(exits, 'gone@example.com')).toMatchObject({ endReason: 'exited:purchased' });
    expect(await chains.sent(exits)).toEqual([]);
  });

  it('a repeat sends its letter each turn, asks about the latest one, and stops when it is told to', async () => {
    const key = await published(
      [
        {
          id: 'weekly',
          type: 'repeat',
          every: '1 week',
          times: 10,
          steps: [{ id: 'enough', type: 'exit', reason: 'read_it', when: "opened('news')" }, aLetter('news')],
        },
      ],
      { exits: [{ event: 'order.placed', reason: 'purchased' }] },
    );
    await chains.begin('reader@example.com');
    await chains.begin('buyer@example.com');
    await shop.advance('15 days');
    expect(await chains.sent(key)).toHaveLength(6);
    expect(await chains.runOf(key, 'reader@example.com')).toMatchObject({
      step: 'weekly',
      dueAt: '2026-12-12T12:00:00.000Z',
    });
    const letters = await shop.messages({ scenario: key, contact: 'reader@example.com' });
    expect(letters.map(({ sentAt }) => sentAt)).toEqual([
      '2026-11-21T12:00:00.000Z',
      '2026-11-28T12:00:00.000Z',
      '2026-12-05T12:00:00.000Z',
    ]);
    await shop.engage(letters[2]!.id, 'open');
    await shop.event(anOrder('buyer@example.com', '2026-12-06T12:00:00.000Z'));
    await shop.advance('10 days');
    expect(await chains.sent(key)).toHaveLength(6);
    expect(await chains.runOf(key, 'reader@example.com')).toMatchObject({ endReason: 'ended_by_step:read_it' });
    expect(await chains.runOf(key, 'buyer@example.com')).toMatchObject({ endReason: 'exited:purchased' });
    const { items } = await shop.must<{ items: readonly Row[] }>('GET', `/v1/stats/scenarios/${key}`);
    expect(items).toMatchObject([{ step: 'news', sent: 6, increment: null }]);
  });

  it('nothing of a document that does not hold together is stored as published, and each problem has its place', async () => {
    const steps = [
      { id: 'b', type: 'branch', cases: [{ when: 'event.total >', steps: [aLetter('a'), aLetter('b')] }] },
      { id: 'w', type: 'wait', event: { event: 'order.placed', timeout: '1 month' } },
      { id: 'r', type: 'repeat', every: '1 second', times: 2, steps: [{ id: 'set', type: 'set' }] },
    ];
    const key = 'ways-broken';
    await shop.must('POST', '/v1/scenarios', { key, name: key, messageClass: 'marketing', steps });
    const refused = await shop.call<{ errors: readonly { pointer: string; code: string }[] }>(
      'POST',
      `/v1/scenarios/${key}/publish`,
      {},
    );
    expect(refused.status).toBe(422);
    expect(refused.body.errors.map(({ pointer, code }) => `${pointer} ${code}`)).toEqual([
      '/steps/2/steps/0 not_supported_yet',
      '/trigger required',
      '/steps/1/event/timeout invalid_duration',
      '/steps/2/every out_of_range',
    ]);
  });
});
