import { ABANDONED_CART, anEmailStep, aScenario, aWaitStep, problemsOf } from '../../test/support/domain-builders.js';
import { parseScenario, scenarioComponents } from './scenario-schema.js';

const codes = (...steps: readonly unknown[]): readonly string[] =>
  problemsOf({ ...ABANDONED_CART, steps }).map(({ pointer, code }) => `${pointer} ${code}`);
const wait = (over: Readonly<Record<string, unknown>>) => ({ id: 'w', type: 'wait', ...over });
const branch = (over: Readonly<Record<string, unknown>> = {}) => ({
  id: 'b',
  type: 'branch',
  cases: [{ when: 'event.total > 1', steps: [anEmailStep('x')] }],
  ...over,
});
const split = (variants: readonly unknown[]) => ({ id: 's', type: 'split', variants });
const repeat = (over: Readonly<Record<string, unknown>>) => ({
  id: 'r',
  type: 'repeat',
  steps: [aWaitStep('in-turn', '1 hour')],
  ...over,
});
const nested = (depth: number): unknown =>
  depth === 0 ? anEmailStep('x') : branch({ id: `b${depth}`, cases: [{ when: 'true', steps: [nested(depth - 1)] }] });

describe('a step is refused', () => {
  it.each<[string, unknown, string]>([
    ['a wait for nothing', wait({}), '/steps/0/for required'],
    ['a wait for two things', wait({ for: '1 day', until: { time: '10:00' } }), '/steps/0/until contradiction'],
    ['an origin of no length', wait({ until: { time: '10:00' }, from: 'entry' }), '/steps/0/from contradiction'],
    ['an hour that is none', wait({ until: { time: '25:00' } }), '/steps/0/until/time invalid_value'],
    ['a day that is none', wait({ until: { time: '10:00', days: ['lundi'] } }), '/steps/0/until/days/0 unknown_value'],
    ['no days', wait({ until: { time: '10:00', days: [] } }), '/steps/0/until/days out_of_range'],
    ['a zone that is none', wait({ until: { time: '10:00', zone: 'Mars' } }), '/steps/0/until/zone invalid_value'],
    ['a moment without where it is', wait({ date: {} }), '/steps/0/date/at required'],
    ['a moment that is a number', wait({ date: { at: 'event.total' } }), '/steps/0/date/at type_error'],
    ['a moment that is a condition', wait({ date: { at: 'event.total > 1' } }), '/steps/0/date/at type_error'],
    ['a moment of an unknown field', wait({ date: { at: 'event.endsAt' } }), '/steps/0/date/at unknown_path'],
    [
      'an offset that is none',
      wait({ date: { at: 'event.at', offset: '-soon' } }),
      '/steps/0/date/offset invalid_duration',
    ],
    [
      'an offset of ages',
      wait({ date: { at: 'event.at', offset: '-6 years' } }),
      '/steps/0/date/offset invalid_duration',
    ],
    ['a past that is none', wait({ date: { at: 'event.at', ifPast: 'stop' } }), '/steps/0/date/ifPast unknown_value'],
    ['a branch without cases', branch({ cases: [] }), '/steps/0/cases out_of_range'],
    ['a case without a condition', branch({ cases: [{ steps: [] }] }), '/steps/0/cases/0/when required'],
    ['a case without steps', branch({ cases: [{ when: 'true' }] }), '/steps/0/cases/0/steps required'],
    [
      'a wrong condition of a case',
      branch({ cases: [{ when: 'event.sum > 1', steps: [] }] }),
      '/steps/0/cases/0/when unknown_path',
    ],
    [
      'a letter of a case without a template',
      branch({ cases: [{ when: 'true', steps: [{ id: 'x', type: 'email', reason: 'r' }] }] }),
      '/steps/0/cases/0/steps/0/template required',
    ],
    [
      'a letter elsewhere without a reason',
      branch({ else: [{ id: 'y', type: 'email', template: 'x/y' }] }),
      '/steps/0/else/0/reason required',
    ],
    ['the same name within', branch({ else: [anEmailStep('b')] }), '/steps/0/else/0/id duplicate'],
    [
      'a kind of step where there is none',
      branch({ cases: [{ type: 'set', when: 'true', steps: [] }] }),
      '/steps/0/cases/0/type unknown_field',
    ],
    ['one variant', split([{ key: 'a' }]), '/steps/0/variants out_of_range'],
    ['two variants of a name', split([{ key: 'a' }, { key: 'a' }]), '/steps/0/variants/1/key duplicate'],
    [
      'variants that nobody takes',
      split([
        { key: 'a', weight: 0 },
        { key: 'b', weight: 0 },
      ]),
      '/steps/0/variants out_of_range',
    ],
    ['half a weight', split([{ key: 'a', weight: 0.5 }, { key: 'b' }]), '/steps/0/variants/0/weight wrong_type'],
    ['an event without an end', wait({ event: { event: 'order.placed' } }), '/steps/0/event/timeout required'],
    [
      'months that an event is waited for',
      wait({ event: { event: 'order.placed', timeout: '1 month' } }),
      '/steps/0/event/timeout invalid_duration',
    ],
    [
      'a wrong condition of an event',
      wait({ event: { event: 'order.placed', timeout: '1 day', when: 'event.items.size > 1' } }),
      '/steps/0/event/when unknown_path',
    ],
    [
      'a letter without a reason where an event does not come',
      wait({
        event: { event: 'a.b', timeout: '1 day', timedOut: [{ id: 'y', type: 'email', template: 'x/y' }] },
      }),
      '/steps/0/event/timedOut/0/reason required',
    ],
    ['a repeat without an end', repeat({ every: '1 week' }), '/steps/0/times required'],
    ['a repeat of two ends', repeat({ every: '1 week', times: 2, until: '1 year' }), '/steps/0/until contradiction'],
    ['a repeat that never is', repeat({ every: '1 week', forever: false }), '/steps/0/forever unknown_value'],
    ['a repeat all the time', repeat({ every: 'PT59S', times: 2 }), '/steps/0/every out_of_range'],
    ['a repeat of nothing', repeat({ every: 'PT1M', times: 2, steps: [] }), '/steps/0/steps out_of_range'],
    ['a repeat of no turn', repeat({ every: 'PT1M', times: 0 }), '/steps/0/times out_of_range'],
    [
      'a repeat within a repeat',
      repeat({ every: '1 week', times: 2, steps: [branch({ else: [repeat({ id: 'i', every: '1 day', times: 2 })] })] }),
      '/steps/0/steps/0/else/0 nested_repeat',
    ],
    ['a letter that stands too deep', nested(5), `/steps/0${'/cases/0/steps/0'.repeat(5)} too_deep`],
  ])('for %s', (_what, step, problem) => {
    expect(codes(step)).toEqual([problem]);
  });

  it('where there are more than five hundred in all', () => {
    const many = (id: string) => Array.from({ length: 300 }, (_, i) => aWaitStep(`${id}${i}`, 'PT1S'));
    expect(codes(branch({ cases: [{ when: 'true', steps: many('a') }], else: many('c') }))).toEqual([
      '/steps out_of_range',
    ]);
  });
});

it('steps within steps get their defaults, and the document reads back as itself', () => {
  const document = {
    steps: [
      wait({ until: { time: '10:00', days: ['mon'] } }),
      branch({ else: [{ ...wait({ for: '1 day' }), id: 'v' }] }),
      { ...split([{ key: 'a' }, { key: 'b', weight: 2, steps: [anEmailStep('y')] }]), id: 'z' },
      { ...wait({ date: { at: 'event.at', offset: '-3 days' } }), id: 'u' },
    ],
  };
  const scenario = aScenario(document);
  expect(scenario.steps).toMatchObject([
    { until: { time: '10:00', days: ['mon'] } },
    { cases: [{ steps: [{ delivery: 'at-most-once' }] }], else: [{ for: 'P1D', from: 'previous' }] },
    {
      variants: [
        { weight: 1, steps: [] },
        { weight: 2, steps: [{ late: { after: 'P1D', then: 'skip' } }] },
      ],
    },
    { date: { at: 'event.at', offset: '-P3D', ifPast: 'continue' } },
  ]);
  expect(parseScenario(JSON.parse(JSON.stringify(scenario)))).toEqual({ ok: true, scenario });
  expect(codes(nested(4))).toEqual([]);
});

it('the description of the API has the steps in a place of their own, and refers to nothing that it has not', () => {
  const components = scenarioComponents();
  const text = JSON.stringify(components);
  const referred = new Set(text.match(/#\/[\w/$]+/g));
  expect([...referred]).toEqual(['#/components/schemas/ScenarioStep']);
  expect(Object.keys(components)).toEqual(['Scenario', 'ScenarioStep']);
});
