import { createStore } from '../../src/stores/create-store.js';
import { insertKey } from '../../src/stores/keys.service.js';
import { type FlowApp, startApp } from '../support/app.js';
import { anOrder, Shop } from '../support/shop.js';

const NOON = '2026-11-21T12:00:00.000Z';
const ANNA = 'anna@example.com';
const BORIS = 'boris@example.com';
const LETTER = `<mjml><mj-head><mj-title>From {{event.manager}}</mj-title><mj-preview>Hello</mj-preview></mj-head><mj-body><mj-section>
<mj-column><mj-text>About {{event.subject}} <a href="{{links.unsubscribe}}">u</a></mj-text></mj-column></mj-section></mj-body></mjml>`;

interface Outcome {
  readonly scenario: string;
  readonly outcome: string;
  readonly reason: string | null;
}
interface Result {
  readonly id?: string;
  readonly duplicate?: boolean;
  readonly problem?: { readonly status: number; readonly code: string; readonly errors?: readonly object[] };
}
interface Taken {
  readonly accepted: number;
  readonly duplicates: number;
  readonly rejected: number;
  readonly results: readonly Result[];
}
interface Run {
  readonly contact: { readonly email: string };
  readonly subject: string;
  readonly state: string;
  readonly endReason: string | null;
}

const person = (email: string, over: object = {}) => ({
  contact: { email, locale: 'en', consent: { marketing: true, source: 'offer' } },
  subject: 'deal-17',
  data: { manager: 'Vera' },
  ...over,
});
const scenario = (key: string, over: object = {}) => ({
  key,
  name: key,
  messageClass: 'marketing',
  trigger: { type: 'manual' },
  exits: [{ event: 'order.placed', reason: 'purchased' }],
  goals: [{ key: 'order', event: 'order.placed', within: 'P5D', value: 'event.total' }],
  steps: [
    { id: 'pause', type: 'wait', for: '1 hour' },
    { id: 'offer', type: 'email', template: 'vip/offer', reason: 'you asked for an offer' },
    { id: 'rest', type: 'wait', for: '2 days' },
    { id: 'again', type: 'email', template: 'vip/offer', reason: 'the offer ends', when: "event.manager != 'Nobody'" },
  ],
  ...over,
});

describe('a scenario that is started by hand', () => {
  let app: FlowApp;
  let shop: Shop;

  const publish = async (on: Shop, document: { readonly key: string }) => {
    await on.must('POST', '/v1/scenarios', document);
    await on.must('POST', `/v1/scenarios/${document.key}/publish`, {});
  };

  beforeAll(async () => {
    app = await startApp();
    shop = new Shop(app.url, app.testKey);
    await shop.must('POST', '/v1/templates', { key: 'vip/offer', name: 'Offer', locales: { en: LETTER } });
    await shop.must('POST', '/v1/templates/vip/offer/publish', {});
    await publish(shop, scenario('vip'));
    await publish(shop, scenario('other'));
    await shop.must('POST', '/v1/scenarios', scenario('drafted'));
  });
  afterAll(() => app.close());
  beforeEach(() => shop.reset(NOON));

  const at = (key: string) => `/v1/scenarios/${key}/enrollments`;
  const call = <T = Taken>(people: readonly unknown[], key = 'vip', headers: Record<string, string> = {}) =>
    shop.call<T>('POST', at(key), { people }, headers);
  const start = async (people: readonly unknown[], key = 'vip'): Promise<Taken> => {
    const { status, body } = await call(people, key);
    expect(status).toBe(202);
    return body;
  };
  const outcomesOf = async (id: string) => {
    const { outcomes } = await shop.must<{ outcomes: readonly Outcome[] }>('GET', `/v1/events/${id}`);
    return outcomes.map(({ scenario: key, outcome, reason }) => [key, outcome, reason].filter(Boolean).join(' '));
  };
  const runs = async (key = 'vip') => (await shop.must<{ items: Run[] }>('GET', at(key))).items;
  const events = async () => (await shop.must<{ items: object[] }>('GET', '/v1/events')).items;

  it('writes to each of its people after its waits, with what was given of them', async () => {
    const taken = await start([person(ANNA), person(BORIS, { data: { manager: 'Gleb' } })]);
    expect(taken).toMatchObject({ accepted: 2, duplicates: 0, rejected: 0 });
    await shop.advance('59 minutes');
    expect(await shop.messages()).toEqual([]);
    await shop.advance('1 minute');
    const sent = await shop.messages();
    expect(sent.map(({ to, step, state, subject }) => [to, step, state, subject]).sort()).toEqual([
      [ANNA, 'offer', 'accepted', 'From Vera'],
      [BORIS, 'offer', 'accepted', 'From Gleb'],
    ]);
    expect((await shop.message(sent[0]!.id)).html).toContain('About deal-17');
    expect(await shop.advance('2 days')).toMatchObject({ messages: 2 });
    expect((await runs()).map(({ endReason }) => endReason)).toEqual(['completed', 'completed']);
  });

  it('starts alone, whatever others wait for a start, and says so at its event, its run, the person’s timeline and explain', async () => {
    const { results } = await start([person(ANNA, { id: 'start-1' })]);
    expect(results).toEqual([{ id: 'start-1', duplicate: false }]);
    await shop.advance('PT0S');
    expect(await shop.must('GET', '/v1/events/start-1')).toMatchObject({
      type: 'scenario.start_requested',
      occurredAt: NOON,
      data: { scenario: 'vip', subject: 'deal-17', manager: 'Vera' },
      outcomes: [{ scenario: 'vip', outcome: 'entered', reason: null }],
    });
    expect(await runs()).toEqual([expect.objectContaining({ subject: 'deal-17', state: 'waiting', step: 'pause' })]);
    expect(await runs('other')).toEqual([]);
    const { items } = await shop.must<{ items: object[] }>('GET', `/v1/contacts/${ANNA}/timeline`);
    expect(items).toContainEqual(expect.objectContaining({ kind: 'event', type: 'scenario.start_requested' }));
    expect(await shop.must('GET', `/v1/contacts/${ANNA}/explain?scenario=vip`)).toMatchObject({
      published: { state: 'published', event: 'scenario.start_requested' },
      run: { subject: 'deal-17' },
      events: [{ type: 'scenario.start_requested', outcome: 'entered' }],
    });
  });

  it('has one run of each subject at a time', async () => {
    await start([person(ANNA), person(ANNA, { subject: 18 }), person(ANNA, { subject: null })]);
    await shop.advance('PT0S');
    expect((await runs()).map(({ subject }) => subject).sort()).toEqual(['', '18', 'deal-17']);
  });

  it.each([
    ['goes on with what the second start tells', 'ignoring', {}, ['vip-ignoring refreshed'], ['From Vera'], 1],
    ['begins anew', 'restarting', { whileRunning: 'restart' }, ['vip-restarting restarted'], [], 1],
    ['runs twice', 'parallel', { whileRunning: 'parallel' }, ['vip-parallel entered'], ['From Gleb'], 2],
    ['is not entered above its limit', 'limited', { limit: 1 }, ['vip-limited none limit'], ['From Gleb'], 1],
  ])('%s by its re-entry (%s)', async (_what, word, reentry, outcomes, subjects, count) => {
    const key = `vip-${word}`;
    await publish(shop, scenario(key, { reentry }));
    await start([person(ANNA, { data: { manager: 'Gleb' } })], key);
    await shop.advance('30 minutes');
    await start([person(ANNA, { id: 'second', ...(word === 'limited' ? { subject: 'deal-18' } : {}) })], key);
    await shop.advance('30 minutes');
    expect(await outcomesOf('second')).toEqual(outcomes);
    expect((await shop.messages()).map(({ subject }) => subject)).toEqual(subjects);
    expect(await runs(key)).toHaveLength(count);
  });

  it('is not entered again before its cool-down is over', async () => {
    await publish(shop, scenario('vip-cool', { reentry: { afterExit: 'P7D' } }));
    await start([person(ANNA)], 'vip-cool');
    await shop.advance('4 days');
    await start([person(ANNA, { id: 'early' })], 'vip-cool');
    await shop.advance('7 days');
    await start([person(ANNA, { id: 'late' })], 'vip-cool');
    await shop.advance('PT0S');
    expect(await outcomesOf('early')).toEqual(['vip-cool none cool_down']);
    expect(await outcomesOf('late')).toEqual(['vip-cool entered']);
  });

  it('is ended by its exits, and its goals count what its letters brought', async () => {
    await start([person(ANNA), person(BORIS)]);
    await shop.event(anOrder(BORIS, NOON));
    await shop.advance('1 hour');
    await shop.engage((await shop.messages({ state: 'accepted' }))[0]!.id, 'open');
    await shop.event(anOrder(ANNA, '2026-11-21T13:00:00.000Z', { orderId: 'o-2', total: 100 }));
    await shop.advance('2 days');
    expect((await shop.messages({ state: 'accepted' })).map(({ to, step }) => [to, step])).toEqual([[ANNA, 'offer']]);
    expect((await runs()).map(({ endReason }) => endReason)).toEqual(['exited:purchased']);
    expect(await shop.must('GET', '/v1/stats/scenarios/vip')).toMatchObject({ total: { sent: 1, orders: 1 } });
  });

  it('is started once by one id, or by one Idempotency-Key', async () => {
    const first = [person(ANNA, { id: 'a' }), person(BORIS)];
    const header = { 'idempotency-key': 'k-1' };
    expect((await call(first, 'vip', header)).body).toMatchObject({
      accepted: 2,
      results: [{ id: 'a' }, { id: 'k-1/1' }],
    });
    expect((await call(first, 'vip', header)).body).toMatchObject({ accepted: 0, duplicates: 2 });
    const changed = [person(ANNA, { id: 'a', subject: 'deal-18' }), person(BORIS, { data: {} })];
    for (const [people, key] of [[changed, 'vip'] as const, [first, 'other'] as const]) {
      const { body } = await call(people, key, header);
      expect(body).toMatchObject({ accepted: 0, rejected: 2 });
      expect(body.results.map(({ problem }) => problem?.code)).toEqual(['event_id_reused', 'event_id_reused']);
    }
    await shop.advance('1 hour');
    expect(await shop.messages()).toHaveLength(2);
    expect((await call(first, 'vip', { 'idempotency-key': 'a b' })).status).toBe(400);
  });

  it('names what is wrong with one person, and takes the others', async () => {
    const wrong: readonly (readonly [unknown, string, string])[] = [
      [{ contact: {} }, 'no_identity', '/contact'],
      [{ contact: { email: 'no address' } }, 'invalid', '/contact/email'],
      [person(ANNA, { subject: '' }), 'invalid', '/subject'],
      [person(ANNA, { data: [] }), 'invalid', '/data'],
      [person(ANNA, { data: { subject: 'Hello' } }), 'reserved_field', '/data/subject'],
      [person(ANNA, { data: { scenario: 'other' } }), 'reserved_field', '/data/scenario'],
      [person(ANNA, { occurredAt: NOON }), 'invalid', '/occurredAt'],
      [person(ANNA, { data: { constructor: 1 } }), 'forbidden_key', '/data/constructor'],
      ['anna', 'invalid', ''],
    ];
    const { accepted, results } = await start([...wrong.map(([item]) => item), person(BORIS)]);
    expect(accepted).toBe(1);
    for (const [i, [, code, pointer]] of wrong.entries())
      expect(results[i]).toMatchObject({ problem: { code, errors: [{ pointer }] } });
    expect(await events()).toHaveLength(1);
  });

  it.each([
    ['without people', {}, '/people'],
    ['of nobody', { people: [] }, '/people'],
    ['of too many', { people: Array(1_001).fill(person(ANNA)) }, '/people'],
    ['with a field that there is not', { people: [person(ANNA)], scenario: 'vip' }, '/scenario'],
  ])('is not started by a request %s', async (_what, body, pointer) => {
    const { status, body: problem } = await shop.call<object>('POST', at('vip'), body);
    expect(status).toBe(422);
    expect(problem).toMatchObject({ errors: [{ pointer }] });
    expect(await events()).toEqual([]);
  });

  it('takes nobody where nobody could enter, and says why', async () => {
    const refusal = async (key: string, on = shop) => {
      const { status, body } = await on.call<{ code: string }>('POST', at(key), { people: [person(ANNA)] });
      return `${status} ${body.code}`;
    };
    expect(await refusal('unknown')).toBe('404 not_found');
    expect(await refusal('abandoned-cart')).toBe('409 not_manual');
    expect(await refusal('drafted')).toBe('409 not_published');
    expect(await refusal('vip', new Shop(app.url, app.liveKey))).toBe('409 not_published');
    await publish(shop, scenario('closing'));
    await shop.must('POST', '/v1/scenarios/closing/pause', {});
    expect(await refusal('closing')).toBe('409 paused');
    await shop.must('POST', '/v1/scenarios/closing/archive', {});
    expect(await refusal('closing')).toBe('409 archived');
    const { storeId } = await createStore(app.engine, 'neighbour', 'Neighbour');
    const { key } = await insertKey(app.engine, { storeId, mode: 'sandbox', name: 'all', scopes: ['admin'] });
    expect(await refusal('vip', new Shop(app.url, key))).toBe('404 not_found');
    expect(await events()).toEqual([]);
  });

  it('lets nobody in who was taken before it was paused', async () => {
    await publish(shop, scenario('pausing'));
    await start([person(ANNA, { id: 'before' })], 'pausing');
    await shop.must('POST', '/v1/scenarios/pausing/pause', {});
    await shop.advance('1 hour');
    expect(await outcomesOf('before')).toEqual(['pausing none paused']);
  });

  it('is started by keys with the scope of scenarios alone, and by no event that a store posts', async () => {
    const keyWith = async (scope: string) =>
      new Shop(app.url, (await shop.must<{ key: string }>('POST', '/v1/keys', { name: scope, scopes: [scope] })).key);
    const [writer, planner] = [await keyWith('events:write'), await keyWith('scenarios')];
    const body = { people: [person(ANNA)] };
    expect((await writer.call('POST', at('vip'), body)).status).toBe(403);
    const event = { type: 'scenario.start_requested', contact: { email: ANNA }, data: { scenario: 'vip' } };
    expect(await writer.call('POST', '/v1/events', event)).toMatchObject({
      status: 422,
      body: { code: 'reserved_type', errors: [{ pointer: '/type' }] },
    });
    const { body: batch } = await writer.call<Taken>('POST', '/v1/events/batch', { events: [event] });
    expect(batch).toMatchObject({ accepted: 0, results: [{ problem: { status: 422, code: 'reserved_type' } }] });
    expect(await events()).toEqual([]);
    expect((await planner.call('POST', at('vip'), body)).status).toBe(202);
  });

  it('is simulated for a person as the request names them', async () => {
    const simulate = (event: object) =>
      shop.call<{ timeline: object[]; end: object }>('POST', '/v1/scenarios/vip/simulate', { event });
    const { body } = await simulate(person(ANNA));
    expect(body.timeline).toMatchObject([
      { at: '2026-01-05T09:00:00.000Z', outcome: 'entered' },
      { step: 'pause', outcome: 'waiting' },
      ...[{ outcome: 'waited' }, { outcome: 'planned' }, { step: 'offer', outcome: 'sent' }],
      { step: 'rest', outcome: 'waiting' },
      ...[{ outcome: 'waited' }, { outcome: 'planned' }, { step: 'again', outcome: 'sent' }],
      { outcome: 'ended', reason: 'completed' },
    ]);
    expect(await simulate({ ...person(ANNA), type: 'deal.closed_lost' })).toMatchObject({
      status: 422,
      body: { errors: [{ pointer: '/event/type', code: 'unknown_field' }] },
    });
    expect(await events()).toEqual([]);
  });
});
