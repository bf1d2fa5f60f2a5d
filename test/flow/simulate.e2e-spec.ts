import { type FlowApp, startApp } from '../support/app.js';
import { ANNA, CART_SCENARIO, NOON, type Played, STORIES } from '../support/cart-stories.js';
import { aCart, Shop } from '../support/shop.js';

const OFF = { quietHours: null, caps: null, minimumGap: null, arbitration: 'defer', doubleOptIn: false };
const EVENT = aCart(ANNA, NOON);

interface Line {
  readonly at: string;
  readonly step: string | null;
  readonly outcome: string;
  readonly reason: string | null;
  readonly field?: string | null;
  readonly run?: number;
}

interface Simulation {
  readonly timeline: readonly Line[];
  readonly end: { readonly at: string; readonly reason: string } | null;
}

describe('a simulation', () => {
  let app: FlowApp;
  let shop: Shop;

  beforeAll(async () => {
    app = await startApp();
    shop = new Shop(app.url, app.testKey);
    // Letters of other scenarios would count for the caps.
    for (const key of ['abandoned-cart', 'order-thank-you'])
      await shop.must('POST', `/v1/scenarios/${key}/archive`, {});
    await shop.must('POST', '/v1/scenarios', { key: 'story', name: 'Story' });
  });
  afterAll(() => app.close());
  beforeEach(() => shop.must('PATCH', '/v1/store', OFF));

  const simulate = (body: object, key = 'abandoned-cart') =>
    shop.call<Simulation>('POST', `/v1/scenarios/${key}/simulate`, body);
  const inWords = ({ at, step, outcome, reason, field }: Line): string =>
    [at, step ?? '–', outcome, reason, field].filter((word) => word !== null && word !== undefined).join(' ');

  it('answers the same bytes whenever it is asked, and leaves nothing behind', async () => {
    await shop.reset(NOON);
    const { occurredAt: _, ...undated } = EVENT as { occurredAt: string };
    const reactions = [{ step: 'reminder', action: 'open', after: '1 hour' }];
    const first = await simulate({ event: undated, reactions });
    await shop.advance('3 days');
    const second = await simulate({ event: undated, reactions });
    expect(JSON.stringify(second.body)).toBe(JSON.stringify(first.body));
    expect(first).toMatchObject({
      status: 200,
      body: { end: { at: '2026-01-07T09:45:00.000Z', reason: 'completed' } },
    });
    expect(await shop.messages()).toEqual([]);
    for (const path of ['/v1/events', '/v1/scenarios/abandoned-cart/enrollments'])
      expect(await shop.must('GET', path)).toMatchObject({ items: [] });
    expect((await shop.call('GET', `/v1/contacts/${ANNA}`)).status).toBe(404);
  });

  it('plays the draft, what runs in the key’s environment, or an earlier version', async () => {
    const wait = (length: string) => ({ ...CART_SCENARIO, steps: [{ id: 'a', type: 'wait', for: length }] });
    const endOf = async (version?: unknown) => (await simulate({ event: EVENT, version }, 'editions')).body.end?.at;
    await shop.must('POST', '/v1/scenarios', { key: 'editions', name: 'Editions', ...wait('1 hour') });
    for (const length of ['2 hours', '3 hours', '4 hours']) {
      await shop.must('POST', '/v1/scenarios/editions/publish', {});
      await shop.must('PUT', '/v1/scenarios/editions', { key: 'editions', name: 'Editions', ...wait(length) });
    }
    await shop.must('POST', '/v1/scenarios/editions/publish', { version: 2 });
    await shop.must('POST', '/v1/scenarios/editions/pause', {});
    expect(await Promise.all([undefined, 'draft', 'published', 1, 3].map(endOf))).toEqual(
      ['16', '16', '14', '13', '15'].map((hour) => `2026-11-21T${hour}:00:00.000Z`),
    );
    expect(await simulate({ event: EVENT, version: 4 }, 'editions')).toMatchObject({ status: 404 });
    const refused = { status: 409, body: { code: 'not_published' } };
    const live = new Shop(app.url, app.liveKey);
    const published = { event: EVENT, version: 'published' };
    expect(await live.call('POST', '/v1/scenarios/editions/simulate', published)).toMatchObject(refused);
    await shop.must('POST', '/v1/scenarios/editions/archive', {});
    expect(await simulate(published, 'editions')).toMatchObject(refused);
  });

  it('asks for no template, and refuses a draft that could not run for what is wrong with it', async () => {
    const steps = [{ id: 'a', type: 'email', template: 'not/there', reason: 'r' }];
    await shop.must('PUT', '/v1/scenarios/story', { key: 'story', name: 'Story', ...CART_SCENARIO, steps });
    expect(await simulate({ event: EVENT }, 'story')).toMatchObject({
      status: 200,
      body: { end: { reason: 'completed' } },
    });
    const when = 'event.colour == 1';
    await shop.must('PUT', '/v1/scenarios/story', {
      key: 'story',
      name: 'Story',
      ...CART_SCENARIO,
      steps: [{ ...steps[0], when }],
    });
    expect(await simulate({ event: EVENT }, 'story')).toMatchObject({
      status: 422,
      body: { code: 'scenario_invalid', errors: [{ pointer: '/steps/0/when', code: 'unknown_path' }] },
    });
  });

  it('lets a letter go to a person who confirmed, where the store asks for it', async () => {
    await shop.must('PATCH', '/v1/store', { doubleOptIn: true });
    const reasons = async (body: object) =>
      (await simulate({ event: EVENT, ...body })).body.timeline.map(({ reason }) => reason);
    expect(await reasons({})).toContain('not_confirmed');
    expect(await reasons({ confirmed: true })).not.toContain('not_confirmed');
  });

  it.each([
    ['an unknown field', { ...EVENT, colour: 'red' }],
    ['nobody', { ...EVENT, contact: { firstName: 'Anna' } }],
    ['a wrong address and a wrong day', { ...EVENT, contact: { email: 'anna' }, occurredAt: '2026-02-30T12:00:00Z' }],
    ['wrong data', { ...EVENT, data: { total: -1, items: [{ quantity: 0 }] } }],
    ['a depth of 17', { ...EVENT, data: JSON.parse('{"a":'.repeat(16) + '1' + '}'.repeat(16)) as object }],
    ['501 keys', { ...EVENT, data: Object.fromEntries(Array.from({ length: 501 }, (_, i) => [`k${i}`, i])) }],
  ])('refuses an event for what ingest refuses it for, with pointers into the request: %s', async (_, event) => {
    interface Problem {
      readonly code: string;
      readonly errors: readonly { readonly pointer: string }[];
    }
    const [taken, played] = await Promise.all([
      shop.call<Problem>('POST', '/v1/events', event),
      shop.call<Problem>('POST', '/v1/scenarios/abandoned-cart/simulate', { event }),
    ]);
    expect({ status: played.status, code: played.body.code }).toEqual({ status: taken.status, code: taken.body.code });
    expect(played.body.errors).toEqual(taken.body.errors.map((one) => ({ ...one, pointer: `/event${one.pointer}` })));
    expect(taken.status).toBeGreaterThanOrEqual(400);
  });

  it('refuses reactions that mean nothing, all at once, each with its place', async () => {
    const reactions = [
      { step: 'pause-1', action: 'open' },
      { step: 'reminder', action: 'click', after: 'soon' },
      { step: 'reminder' },
      { action: 'open' },
      {},
      { event: { type: 'order.placed' }, step: 'reminder', action: 'open' },
    ];
    const { status, body } = await simulate({ event: EVENT, reactions });
    const { errors } = body as unknown as { errors: { pointer: string; code: string }[] };
    expect([status, ...errors.map(({ pointer, code }) => `${pointer} ${code}`)]).toEqual([
      422,
      '/reactions/0/step unknown_step',
      '/reactions/1/after invalid_duration',
      '/reactions/2/action required',
      '/reactions/3/step required',
      '/reactions/4 step_or_event',
      '/reactions/5 step_or_event',
    ]);
  });

  it.each([
    ['a replay', { event: EVENT, from: NOON, to: NOON }, ['/from unknown_field', '/to unknown_field']],
    ['no event', {}, ['/event required']],
    ['another version', { event: EVENT, version: 'live' }, ['/version version']],
    [
      'a wrong act',
      { event: EVENT, reactions: [{ step: 'reminder', action: 'sleep' }] },
      ['/reactions/0/action is_in'],
    ],
    [
      'a further event of somebody else',
      { event: EVENT, reactions: [{ event: EVENT }] },
      ['/reactions/0/event/occurredAt unknown_field', '/reactions/0/event/contact unknown_field'],
    ],
    [
      'a further event with wrong data',
      { event: EVENT, reactions: [{ event: { type: 'order.placed', data: { total: -1 } } }] },
      ['/reactions/0/event/data/total invalid_data'],
    ],
    [
      '101 reactions',
      { event: EVENT, reactions: Array.from({ length: 101 }, () => ({ step: 'reminder', action: 'open' })) },
      ['/reactions array_max_size'],
    ],
    [
      'an instant behind all time',
      { event: { ...EVENT, occurredAt: '9900-01-01T00:00:00Z' } },
      ['/event/occurredAt too_far'],
    ],
  ])('is 422 for %s', async (_, body, told) => {
    const answer = await shop.call<{ errors: { pointer: string; code: string }[] }>(
      'POST',
      '/v1/scenarios/abandoned-cart/simulate',
      body,
    );
    expect(answer.status).toBe(422);
    expect(answer.body.errors.map(({ pointer, code }) => `${pointer} ${code}`)).toEqual(told);
  });

  it('is for keys with the scope of scenarios, and 404 where there is none', async () => {
    const { key } = await shop.must<{ key: string }>('POST', '/v1/keys', { name: 'till', scopes: ['events:write'] });
    const till = new Shop(app.url, key);
    const path = '/v1/scenarios/abandoned-cart/simulate';
    expect(await till.call('POST', path, { event: EVENT })).toMatchObject({ status: 403 });
    expect(await simulate({ event: EVENT }, 'nothing')).toMatchObject({ status: 404, body: { code: 'not_found' } });
  });

  describe('comes out as the sandbox does', () => {
    it.each(STORIES)('where %s', async (_, { scenario, store, contact, reactions = [] }) => {
      await shop.must('PUT', '/v1/scenarios/story', { key: 'story', name: 'Story', ...CART_SCENARIO, ...scenario });
      await shop.must('POST', '/v1/scenarios/story/publish', {});
      if (store) await shop.must('PATCH', '/v1/store', store);
      const first = aCart(ANNA, NOON) as { contact: object };
      const event = { ...first, contact: { ...first.contact, ...contact } };
      const told = reactions.map(({ afterMs, ...rest }) => ({ ...rest, after: `PT${afterMs / 1_000}S` }));
      const { body } = await simulate({ event, reactions: told, version: 'published' }, 'story');
      expect(body.timeline.length).toBeGreaterThan(2);

      await live(event, reactions);
      // That a letter is put off is told by its message alone in the sandbox.
      const decided = body.timeline.filter(({ outcome, reason }) => outcome !== 'planned' || reason === null);
      expect(decided.map(inWords).sort()).toEqual((await whatHappened()).sort());
      expect(body.end).toEqual(await lastEnd());
    });

    /** Plays the story in the sandbox, from one thing that happens to the next. */
    async function live(event: object, reactions: readonly Played[]): Promise<void> {
      await shop.reset(NOON);
      await shop.event(event);
      const start = Date.parse(NOON);
      let ahead = reactions.flatMap((one) =>
        'event' in one ? [{ ...one, atMs: start + one.afterMs, message: '' }] : [],
      );
      let acts = reactions.flatMap((one) => ('step' in one ? [one] : []));
      const due: { atMs: number; action: 'open' | 'click' | 'unsubscribe'; message: string }[] = [];
      await shop.advance('PT0S');
      for (;;) {
        const sent = (await shop.messages({ scenario: 'story', state: 'accepted' })).filter(
          ({ sentAt }) => sentAt !== null,
        );
        for (const { id, step, sentAt } of sent)
          for (const one of acts.filter((waiting) => waiting.step === step)) {
            due.push({ atMs: Date.parse(sentAt!) + one.afterMs, action: one.action, message: id });
            acts = acts.filter((waiting) => waiting !== one);
          }
        const { nextDueAt } = await shop.must<{ nextDueAt: string | null }>('GET', '/v1/sandbox');
        const instants = [...ahead, ...due].map(({ atMs }) => atMs);
        if (nextDueAt !== null) instants.push(Date.parse(nextDueAt));
        if (instants.length === 0) return;
        const next = Math.min(...instants);
        await shop.advanceTo(new Date(next).toISOString());
        for (const { atMs, action, message } of due.splice(0))
          if (atMs === next) await shop.engage(message, action);
          else due.push({ atMs, action, message });
        const now = ahead.filter(({ atMs }) => atMs === next);
        ahead = ahead.filter((one) => !now.includes(one));
        for (const {
          event: { type, data },
        } of now)
          await shop.event({ type, data, contact: { email: ANNA } });
        await shop.advance('PT0S');
      }
    }
  });

  interface Item extends Line {
    readonly kind: string;
    readonly scenario: string;
    readonly outcomes?: readonly {
      readonly scenario: string;
      readonly outcome: string;
      readonly reason: string;
      readonly field?: string;
    }[];
  }

  async function whatHappened(): Promise<string[]> {
    const { items } = await shop.must<{ items: readonly Item[] }>('GET', `/v1/contacts/${ANNA}/timeline?limit=200`);
    const exits = new Map<string, string | undefined>();
    const lines: Line[] = [];
    for (const { kind, at, outcomes = [] } of items)
      for (const one of kind === 'event' ? outcomes.filter(({ scenario }) => scenario === 'story') : [])
        if (one.outcome === 'none')
          lines.push({ at, step: null, outcome: 'none', reason: one.reason, field: one.field });
        else if (one.outcome === 'exited') exits.set(`${at} ${one.reason}`, one.field);
    for (const item of items.filter(({ kind, scenario }) => kind === 'run' && scenario === 'story'))
      lines.push({ ...item, field: item.field ?? exits.get(`${item.at} ${item.reason}`) });
    return lines.map(inWords);
  }

  async function lastEnd(): Promise<Simulation['end']> {
    const { items } = await shop.must<{ items: readonly { endedAt: string; endReason: string }[] }>(
      'GET',
      '/v1/scenarios/story/enrollments',
    );
    const [last] = items
      .map(({ endedAt: at, endReason: reason }) => ({ at, reason }))
      .sort((a, b) => b.at.localeCompare(a.at));
    return last ?? null;
  }
});
