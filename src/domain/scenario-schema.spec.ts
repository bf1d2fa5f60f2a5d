import fc from 'fast-check';
import { ABANDONED_CART, aScenario, problemsOf } from '../../test/support/domain-builders.js';
import { parseScenario, scenarioJsonSchema } from './scenario-schema.js';

const codes = (over: Readonly<Record<string, unknown>>): readonly string[] =>
  problemsOf({ ...ABANDONED_CART, ...over }).map(({ pointer, code }) => `${pointer} ${code}`);
const email = { id: 'a', type: 'email', template: 'x/a', reason: 'why' };
const withStep = (step: Readonly<Record<string, unknown>>) => ({ steps: [step] });
const withTrigger = (over: Readonly<Record<string, unknown>>) => ({ trigger: { ...ABANDONED_CART.trigger, ...over } });

describe('a scenario', () => {
  it('gets the defaults of the language', () => {
    const document = {
      key: 'hello',
      name: 'Hello',
      messageClass: 'marketing',
      trigger: { type: 'event', event: 'user.registered' },
      steps: [{ id: 'w', type: 'wait', for: '1 day' }, email],
    };
    expect(
      aScenario({ ...document, exits: undefined, goals: undefined, holdout: undefined, reentry: undefined }),
    ).toEqual({
      ...document,
      trigger: { ...document.trigger, maxAge: 'P1D' },
      reentry: { whileRunning: 'ignore', afterExit: 'always' },
      exits: [],
      goals: [],
      holdout: 0,
      steps: [
        { id: 'w', type: 'wait', for: 'P1D', from: 'previous' },
        { ...email, late: { after: 'P1D', then: 'skip' }, delivery: 'at-most-once' },
      ],
    });
  });

  it('sends service mail at least once, late or not', () => {
    expect(aScenario({ messageClass: 'service', steps: [email] }).steps[0]).toMatchObject({
      late: { after: 'P1D', then: 'send' },
      delivery: 'at-least-once',
    });
  });

  it('reads back as itself', () => {
    const scenario = aScenario();
    expect(parseScenario(scenario)).toEqual({ ok: true, scenario });
    expect(parseScenario(JSON.parse(JSON.stringify(scenario)))).toEqual({ ok: true, scenario });
  });

  it('stores durations as ISO', () => {
    const { steps, goals, reentry } = aScenario({
      reentry: { afterExit: '36 hours' },
      goals: [{ key: 'g', event: 'order.placed', within: '5 days' }],
    });
    expect([steps[0], goals[0], reentry]).toMatchObject([{ for: 'PT45M' }, { within: 'P5D' }, { afterExit: 'PT36H' }]);
  });

  it('may name its schema for the editor', () => {
    expect(aScenario({ $schema: 'http://localhost:3000/v1/schemas/scenario' })).not.toHaveProperty('$schema');
  });
});

it('a send window is the whole day where it says nothing', () => {
  const parsed = parseScenario({ ...aScenario(), steps: [{ ...email, window: { days: ['sat'] } }] });
  expect(parsed).toMatchObject({
    scenario: { steps: [{ window: { days: ['sat'], from: '00:00', to: '24:00' } }] },
  });
});

describe('a document is refused', () => {
  it.each<[string, Readonly<Record<string, unknown>>, string]>([
    ['a key that is not kebab-case', { key: 'Abandoned_Cart' }, '/key invalid_value'],
    ['no name', { name: undefined }, '/name required'],
    ['an empty name', { name: ' ' }, '/name out_of_range'],
    ['an unknown class', { messageClass: 'promo' }, '/messageClass unknown_value'],
    ['an unknown field', { colour: 'red' }, '/colour unknown_field'],
    ['an unknown field of a step', withStep({ ...email, 'a/b': 1 }), '/steps/0/a~1b unknown_field'],
    ['an event type that is none', withTrigger({ event: 'cart' }), '/trigger/event invalid_value'],
    ['an unknown trigger', withTrigger({ type: 'moon' }), '/trigger/type unknown_value'],
    ['a trigger without a type', withTrigger({ type: undefined }), '/trigger/type unknown_value'],
    [
      'an event that starts a scenario by hand',
      { trigger: { type: 'manual', event: 'cart.updated' } },
      '/trigger/event unknown_field',
    ],
    ['no steps', { steps: [] }, '/steps out_of_range'],
    ['steps that are no list', { steps: {} }, '/steps wrong_type'],
    ['an unknown step', withStep({ id: 'a', type: 'dance' }), '/steps/0/type unknown_value'],
    ['a step without an id', withStep({ ...email, id: undefined }), '/steps/0/id required'],
    ['two steps of one id', { steps: [email, email] }, '/steps/1/id duplicate'],
    ['two goals of one key', { goals: [ABANDONED_CART.goals[0], ABANDONED_CART.goals[0]] }, '/goals/1/key duplicate'],
    ['a marketing letter without its reason', withStep({ ...email, reason: undefined }), '/steps/0/reason required'],
    ['a template that is none', withStep({ ...email, template: 'reminder' }), '/steps/0/template invalid_value'],
    ['version 0 of a template', withStep({ ...email, template: 'x/a@0' }), '/steps/0/template invalid_value'],
    ['a wait without its length', withStep({ id: 'w', type: 'wait' }), '/steps/0/for required'],
    ['a wait that is no duration', withStep({ id: 'w', type: 'wait', for: 'soon' }), '/steps/0/for invalid_duration'],
    ['a wait into the past', withStep({ id: 'w', type: 'wait', for: '-P1D' }), '/steps/0/for invalid_duration'],
    ['a wait of ten years', withStep({ id: 'w', type: 'wait', for: 'P10Y' }), '/steps/0/for invalid_duration'],
    [
      'a window of a month',
      { goals: [{ key: 'g', event: 'order.placed', within: 'P1M' }] },
      '/goals/0/within invalid_duration',
    ],
    [
      'a send window that ends before it begins',
      withStep({ ...email, window: { from: '20:00', to: '10:00' } }),
      '/steps/0/window/to out_of_range',
    ],
    ['a send window on no day', withStep({ ...email, window: { days: [] } }), '/steps/0/window/days out_of_range'],
    [
      'a send window at no time',
      withStep({ ...email, window: { from: 'noon' } }),
      '/steps/0/window/from invalid_value',
    ],
    ['a cool-down that is none', { reentry: { afterExit: 'sometimes' } }, '/reentry/afterExit invalid_duration'],
    ['a limit of none', { reentry: { limit: 0 } }, '/reentry/limit out_of_range'],
    ['half a run', { reentry: { limit: 1.5 } }, '/reentry/limit wrong_type'],
    ['more held out than there are', { holdout: 101 }, '/holdout out_of_range'],
    ['service with a hold-out', { messageClass: 'service', holdout: 5 }, '/holdout holdout_not_allowed'],
    ['an exit without a reason', { exits: [{ event: 'order.placed' }] }, '/exits/0/reason required'],
    [
      'an exit reason in prose',
      { exits: [{ event: 'order.placed', reason: 'They bought!' }] },
      '/exits/0/reason invalid_value',
    ],
    [
      'an exit with a wrong condition',
      { exits: [{ event: 'order.placed', reason: 'x', when: 'event.sum > 1' }] },
      '/exits/0/when unknown_path',
    ],
  ])('for %s', (_what, over, problem) => {
    expect(codes(over)).toEqual([problem]);
  });

  it.each<[string, Readonly<Record<string, unknown>>, string]>([
    ['a share', { holdout: 101 }, 'must be at most 100'],
    ['a count', { reentry: { limit: 0 } }, 'must be at least 1'],
    ['a list', { steps: [] }, 'must have at least 1 item'],
    ['a text', { name: 'x'.repeat(201) }, 'must have at most 200 characters'],
  ])('naming the limit of %s', (_what, over, detail) => {
    expect(problemsOf({ ...ABANDONED_CART, ...over }).map((problem) => problem.detail)).toEqual([detail]);
  });

  it.each<[string, Readonly<Record<string, unknown>>, string]>([
    [
      'another name',
      withStep({ id: 'w', type: 'wait', for: '1 day', delay: '2 days' }),
      'it has id, when, type, for, from, until, date, event',
    ],
    ['another spelling', { reentry: { after_exit: '3 days' } }, 'write afterExit'],
  ])('naming what there is in place of a field of %s', (_what, over, instead) => {
    const details = problemsOf({ ...ABANDONED_CART, ...over }).map(({ detail }) => detail);
    expect(details).toEqual([`is not a field of this object: ${instead}`]);
  });

  it.each<[string, Readonly<Record<string, unknown>>, string]>([
    ...['date', 'inactivity', 'schedule', 'catalog'].map(
      (type): [string, Readonly<Record<string, unknown>>, string] => [
        `${type} triggers`,
        { trigger: { type } },
        '/trigger',
      ],
    ),
    ...['task', 'webhook', 'set', 'enter'].map((type): [string, Readonly<Record<string, unknown>>, string] => [
      `${type} steps`,
      withStep({ id: 'x', type, cases: [] }),
      '/steps/0',
    ]),
    ['coupons', withStep({ ...email, coupon: 'spring' }), '/steps/0/coupon'],
    [
      'coupons within a branch',
      withStep({ id: 'b', type: 'branch', cases: [{ when: 'true', steps: [{ ...email, coupon: 'spring' }] }] }),
      '/steps/0/cases/0/steps/0/coupon',
    ],
    [
      'webhooks in a turn, when an event came',
      withStep({
        id: 'r',
        type: 'repeat',
        every: '1 day',
        times: 2,
        steps: [{ id: 'w', type: 'wait', event: { event: 'a.b', timeout: '1 day', received: [{ type: 'webhook' }] } }],
      }),
      '/steps/0/steps/0/event/received/0',
    ],
    [
      'tasks where no case is true',
      withStep({ id: 'b', type: 'branch', cases: [{ when: 'true', steps: [] }], else: [{ id: 't', type: 'task' }] }),
      '/steps/0/else/0',
    ],
  ])('for %s, which are not supported yet and said so', (_what, over, pointer) => {
    expect(codes(over)).toEqual([`${pointer} not_supported_yet`]);
  });

  it('saying what a language tag looks like where a label has none', () => {
    const label = { English: 'Carts left' };
    expect(problemsOf({ ...ABANDONED_CART, group: { key: 'carts', label } })).toEqual([
      {
        pointer: '/group/label/English',
        code: 'invalid_value',
        detail: 'must be a language tag such as en or pt-BR',
      },
    ]);
  });

  it.each([
    ['steps', withStep({ id: 'a', type: 'dance' })],
    ['triggers', withTrigger({ type: 'moon' })],
  ])('with the names of all %s that there are, where it has one that there is not', (what, over) => {
    interface Choice {
      readonly oneOf: readonly { readonly properties: { readonly type: { const: string } } }[];
    }
    const { properties, $defs } = scenarioJsonSchema() as {
      readonly properties: { readonly trigger: Choice };
      readonly $defs: { readonly ScenarioStep: Choice };
    };
    const { oneOf } = what === 'steps' ? $defs.ScenarioStep : properties.trigger;
    const [problem] = problemsOf({ ...ABANDONED_CART, ...over });
    expect(problem!.detail.match(/(?<=must be |, | or )\w+/g)).toEqual(
      oneOf.map(({ properties: { type } }) => type.const),
    );
  });

  it.each([null, 'x', 1, [], undefined])('when it is %j', (document) => {
    expect(parseScenario(document).ok).toBe(false);
  });

  it('with all its problems at once', () => {
    expect(codes({ key: 'X', holdout: -1, steps: [{ ...email, template: 1 }] })).toHaveLength(3);
  });

  it('without throwing, whatever it is', () => {
    fc.assert(fc.property(fc.anything(), (document) => typeof parseScenario(document).ok === 'boolean'));
    fc.assert(
      fc.property(fc.anything(), (steps) => typeof parseScenario({ ...ABANDONED_CART, steps }).ok === 'boolean'),
    );
  });
});

describe('the JSON Schema', () => {
  it('describes the document as people write it', () => {
    expect(scenarioJsonSchema()).toMatchObject({
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      additionalProperties: false,
      required: ['key', 'name', 'messageClass', 'trigger', 'steps'],
      properties: {
        trigger: {
          oneOf: [
            { additionalProperties: false, required: ['type', 'event'] },
            { additionalProperties: false, required: ['type'] },
          ],
        },
      },
    });
  });

  it('has no words of its own time where it is part of an OpenAPI document', () => {
    const text = JSON.stringify(scenarioJsonSchema('openapi-3.0'));
    for (const word of ['json-schema.org', '"const":', '"propertyNames":', '"null"']) expect(text).not.toContain(word);
  });
});
