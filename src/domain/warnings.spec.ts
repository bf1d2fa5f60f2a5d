import { ABANDONED_CART, anEmailStep, aScenario, aWaitStep, problemsOf } from '../../test/support/domain-builders.js';
import { compileScenario } from './compile-scenario.js';

const asking = (id: string, when: string) => anEmailStep(id, { when });
const ending = (over: Readonly<Record<string, unknown>> = {}) => ({ id: 'end', type: 'exit', reason: 'done', ...over });

/** What the scenario with these steps is warned of. */
function warned(steps: readonly unknown[], over: Readonly<Record<string, unknown>> = {}): readonly string[] {
  const compiled = compileScenario(aScenario({ steps, exits: [], ...over }));
  if (!compiled.ok) throw new Error(JSON.stringify(compiled.problems));
  return compiled.warnings.map(({ pointer, code }) => `${pointer} ${code}`);
}

describe('a scenario is published with a warning', () => {
  it.each([
    ['itself', [anEmailStep('first'), asking('second', "!opened('second')")]],
    ['a later one', [anEmailStep('first'), asking('second', "!sent('third')"), anEmailStep('third')]],
    [
      'a later one beside an earlier one',
      [anEmailStep('first'), asking('second', "opened('first') || clicked('second')")],
    ],
  ])('where a letter asks about %s', (_what, steps) => {
    expect(warned(steps)).toEqual(['/steps/1/when letter_not_before']);
  });

  it('where steps stand behind an exit step that ends every run', () => {
    const steps = [anEmailStep('first'), ending(), aWaitStep('pause', 'P1D'), anEmailStep('second')];
    expect(warned(steps)).toEqual(['/steps/2 step_not_reached']);
  });

  const branch = (first: readonly unknown[], other?: readonly unknown[]) => ({
    id: 'b',
    type: 'branch',
    cases: [{ when: 'event.total > 1', steps: first }],
    ...(other ? { else: other } : {}),
  });

  it('where steps stand behind a branch all of whose ways end the run', () => {
    const ways = branch([ending()], [anEmailStep('first'), ending({ id: 'other' })]);
    expect(warned([ways, anEmailStep('second')])).toEqual(['/steps/1 step_not_reached']);
    expect(warned([branch([ending(), anEmailStep('first')]), anEmailStep('second')])).toEqual([
      '/steps/0/cases/0/steps/1 step_not_reached',
    ]);
  });

  it('where a letter of one way is asked about in another one', () => {
    const ways = branch([anEmailStep('first')], [asking('other', "!opened('first')")]);
    expect(warned([ways])).toEqual(['/steps/0/else/0/when letter_not_before']);
  });

  it('and without one where some ways go on, and where what is behind a branch asks about letters of its ways', () => {
    expect(warned([branch([ending()]), anEmailStep('second')])).toEqual([]);
    const ways = branch([anEmailStep('first')], [anEmailStep('other')]);
    expect(warned([ways, asking('last', "!opened('first') && !opened('other')")])).toEqual([]);
    expect(
      warned([{ ...branch([ending()], [ending({ id: 'x' })]), when: 'event.total > 9' }, anEmailStep('z')]),
    ).toEqual([]);
  });

  it.each([
    [0, []],
    [0.1, ['/holdout holdout_small']],
    [1, []],
    [10, []],
  ])('where less than one of a hundred is held out, which is hardly meant: %d', (holdout, warnings) => {
    expect(warned([anEmailStep('first')], { holdout })).toEqual(warnings);
  });

  it.each([
    ["'a'", ['/goals/0/value value_is_text']],
    ['event.currency', ['/goals/0/value value_is_text']],
    ['event.total', []],
    ['event.data.worth', []],
    ['100', []],
  ])('where an order is worth a text, which no sum can be made of: %s', (value, warnings) => {
    const goals = [{ key: 'order', event: 'order.placed', within: '5 days', value }];
    expect(warned([anEmailStep('first')], { goals })).toEqual(warnings);
  });

  it('and without one where letters ask about earlier ones, exits about any, and an exit step is the last or has a condition', () => {
    const steps = [
      anEmailStep('first'),
      ending({ id: 'early', when: "clicked('first')" }),
      asking('second', "!opened('first')"),
      ending(),
    ];
    expect(warned(steps, { exits: [{ event: 'order.placed', when: "sent('second')", reason: 'x' }] })).toEqual([]);
  });
});

describe('a condition beyond its limits is told in plain words', () => {
  it.each([
    ['depth', `${'('.repeat(30)}true${')'.repeat(30)}`, 'its parts stand more than 24 deep in one another'],
    ['size', Array(200).fill('true').join('||'), 'has more than 300 parts'],
    ['lists', `event.total in [${Array(101).fill('1').join()}]`, 'holds a list of more than 100 elements'],
    ['arguments', 'size(1, 2, 3, 4, 5) > 1', 'gives a function more than 4 arguments'],
  ])('of %s', (_what, when, detail) => {
    const trigger = { type: 'event', event: 'cart.updated', when };
    expect(problemsOf({ ...ABANDONED_CART, trigger, exits: [] })).toEqual([
      { pointer: '/trigger/when', code: 'too_complex', detail },
    ]);
  });
});
