import {
  aCompiled,
  after,
  type aContact,
  anEmailStep,
  anEvent,
  aRun,
  aWaitStep,
  facts,
} from '../../test/support/domain-builders.js';
import type { CompiledScenario } from './compiled-scenario.js';
import { decideEntry } from './entry.js';
import type { Advance } from './run.js';
import { advance, afterMessage, enterRun, standsBeforeLetters } from './timeline.js';

const branch = (over: Readonly<Record<string, unknown>> = {}) => ({
  id: 'worth',
  type: 'branch',
  cases: [
    { when: 'event.total > 10000', steps: [anEmailStep('dear')] },
    { when: 'event.total > 1000', steps: [aWaitStep('pause', '1 hour'), anEmailStep('usual')] },
  ],
  else: [anEmailStep('small')],
  ...over,
});
const split = (over: Readonly<Record<string, unknown>> = {}) => ({
  id: 'test',
  type: 'split',
  variants: [{ key: 'letter', steps: [anEmailStep('a')] }, { key: 'control' }],
  ...over,
});
const enter = (
  steps: readonly unknown[],
  { total = 5980, contact = {} }: { total?: unknown; contact?: object } = {},
): Advance & { compiled: CompiledScenario } => {
  const compiled = aCompiled({ steps, exits: [] });
  const event = anEvent({ data: { cartId: '81', items: [], total } });
  return { ...enterRun(compiled, { event, subject: '81', holdout: false }, facts({ contact }), after({})), compiled };
};
const trail = ({ steps }: Advance): readonly string[] =>
  steps.map(({ stepId, outcome, reason }) => [stepId, outcome, reason].filter(Boolean).join(' '));

describe('a branch', () => {
  it.each([
    [20_000, ['entered', 'worth branched case:1', 'dear planned']],
    [5_000, ['entered', 'worth branched case:2', 'pause waiting']],
    [10, ['entered', 'worth branched else', 'small planned']],
  ])('takes the first case that is true: %d', (total, steps) => {
    expect(trail(enter([branch()], { total }))).toEqual(steps);
  });

  it('takes none whose condition is undetermined, and says what it missed', () => {
    const entered = enter([branch()], { total: 'much' });
    expect(trail(entered)).toEqual(['entered', 'worth branched else', 'small planned']);
    expect(entered.steps[1]!.field).toBe('event.total');
  });

  it('goes on behind itself from each of its ways, and where it has none', () => {
    const steps = [branch({ else: undefined }), anEmailStep('last')];
    expect(trail(enter(steps, { total: 10 }))).toEqual(['entered', 'worth branched else', 'last planned']);
    const { run, compiled } = enter(steps, { total: 20_000 });
    expect(run.position).toBe('0.cases.0.steps.0');
    const onward = afterMessage(compiled, run, { kind: 'sent' }, facts(), after({}));
    expect([trail(onward), onward.run.position]).toEqual([['dear sent', 'last planned'], '1']);
  });

  it('waits within a way, and goes on in it', () => {
    const { run, compiled } = enter([branch(), anEmailStep('last')]);
    expect(run).toMatchObject({ state: 'waiting', position: '0.cases.1.steps.0', dueAt: after({ hours: 1 }) });
    const usual = advance(compiled, run, facts(), after({ hours: 1 }));
    expect(trail(usual)).toEqual(['pause waited', 'usual planned']);
    expect(trail(afterMessage(compiled, usual.run, { kind: 'sent' }, facts(), after({ hours: 1 })))).toEqual([
      'usual sent',
      'last planned',
    ]);
  });

  it('ends the run behind its last step, also where it stands within another one', () => {
    const inner = branch({ id: 'inner', cases: [{ when: 'event.total > 1', steps: [] }], else: undefined });
    const steps = [branch({ cases: [{ when: 'event.total > 1', steps: [inner] }], else: undefined })];
    expect(enter(steps).run).toMatchObject({ state: 'ended', endReason: 'completed', position: 'end' });
  });

  it('is passed by, with all within it, when its own condition is false', () => {
    const steps = [branch({ when: 'event.total < 1' }), anEmailStep('last')];
    expect(trail(enter(steps))).toEqual(['entered', 'worth skipped condition_false', 'last planned']);
  });

  it('sees what happened to the letters before it', () => {
    const asks = branch({
      cases: [{ when: "opened('first')", steps: [anEmailStep('warm')] }],
      else: [anEmailStep('cold')],
    });
    const { run, compiled } = enter([anEmailStep('first'), aWaitStep('w', '1 day'), asks]);
    const waiting = afterMessage(compiled, run, { kind: 'sent' }, facts(), after({})).run;
    const messages = [{ stepId: 'first', sent: true, opened: true, clicked: false }];
    expect(trail(advance(compiled, waiting, facts({ messages }), after({ days: 1 })))).toContain('warm planned');
    expect(trail(advance(compiled, waiting, facts(), after({ days: 1 })))).toContain('cold planned');
  });
});

describe('a split', () => {
  const people = Array.from({ length: 4_000 }, (_, i) => ({ externalId: `u-${i}` }));
  const variantOf = (contact: Parameters<typeof aContact>[0], steps: readonly unknown[] = [split()]): string =>
    enter(steps, { contact }).run.variant;

  it('draws the same variant for the same person each time, whatever else is known of them by then', () => {
    const [first] = people;
    expect(new Set(Array.from({ length: 5 }, () => variantOf(first))).size).toBe(1);
    const known = people.slice(0, 50).map((person) => variantOf(person));
    expect(people.slice(0, 50).map((person) => variantOf({ ...person, email: 'new@example.com', id: 'x' }))).toEqual(
      known,
    );
  });

  it('divides people in proportion to the weights, and nobody takes one without', () => {
    const variants = [
      { key: 'a', weight: 3 },
      { key: 'b', weight: 1 },
      { key: 'c', weight: 0 },
    ];
    const drawn = people.map((person) => variantOf(person, [split({ variants }), anEmailStep('last')]));
    const share = (key: string): number => drawn.filter((one) => one === key).length / people.length;
    expect(share('a')).toBeGreaterThan(0.72);
    expect(share('b')).toBeGreaterThan(0.22);
    expect(share('c')).toBe(0);
  });

  it('divides independently of another split', () => {
    const steps = [
      split({ variants: [{ key: 'a' }, { key: 'b' }] }),
      split({ id: 'second', variants: [{ key: 'c' }, { key: 'd' }] }),
    ];
    const drawn = people.map((person) => variantOf(person, [...steps, anEmailStep('last')]));
    for (const both of ['a/c', 'a/d', 'b/c', 'b/d'])
      expect(drawn.filter((one) => one === both).length / people.length).toBeGreaterThan(0.22);
  });

  it('gives its letters the variant, and those before it none', () => {
    const person = people.find((one) => variantOf(one) === 'letter');
    const skipped = anEmailStep('before', { when: 'event.total < 1' });
    const { messages, run } = enter([skipped, split()], { contact: person! });
    expect(messages.map(({ stepId, variant }) => [stepId, variant])).toEqual([
      ['before', ''],
      ['a', 'letter'],
    ]);
    expect(run).toMatchObject({ variant: 'letter', position: '1.variants.0.steps.0' });
  });

  it('adds nothing to the variant when a later turn of a repeat draws it again', () => {
    const variants = (id: string) => [
      { key: 'a', steps: [anEmailStep(id)] },
      { key: 'b', weight: 0 },
    ];
    const steps = [split({ variants: variants('x') })];
    const weekly = { id: 'weekly', type: 'repeat', every: '1 week', times: 3, steps };
    const first = enter([split({ id: 'outer', variants: variants('w') }), weekly]);
    const begun = afterMessage(first.compiled, first.run, { kind: 'sent' }, facts(), after({})).run;
    expect(begun).toMatchObject({ round: 1, variant: 'a/a' });
    const between = afterMessage(first.compiled, begun, { kind: 'sent' }, facts(), after({})).run;
    const second = advance(first.compiled, between, facts(), after({ days: 7 }));
    expect(second.messages).toMatchObject([{ stepId: 'x', round: 2, variant: 'a/a' }]);
  });

  it('leaves a control with what stands behind it', () => {
    const person = people.find((one) => variantOf(one) === 'control');
    expect(trail(enter([split(), anEmailStep('last')], { contact: person! }))).toEqual([
      'entered',
      'test split variant:control',
      'last planned',
    ]);
  });

  it('is seen by conditions behind it', () => {
    const asking = anEmailStep('last', { when: "run.variant == 'control'" });
    const drawn = people
      .slice(0, 40)
      .map((contact) => enter([split({ variants: [{ key: 'x' }, { key: 'control' }] }), asking], { contact }));
    for (const { run, messages } of drawn)
      expect(messages[0]!.state).toBe(run.variant === 'control' ? 'planned' : 'skipped');
  });
});

describe('a restart', () => {
  const steps = [
    aWaitStep('w', '1 day'),
    split({ variants: [{ key: 'a' }, { key: 'b' }] }),
    branch({ cases: [{ when: 'event.total > 1000', steps: [] }] }),
    aWaitStep('v', '1 day'),
    anEmailStep('z'),
  ];
  const compiled = aCompiled({ steps, exits: [] });
  const event = anEvent({ id: 'v2', at: after({ days: 1, hours: 1 }).toISOString() });
  const entry = (over: Parameters<typeof aRun>[0], of = compiled) =>
    decideEntry(
      of,
      {
        ...{ event, subject: '81', tooOld: false, running: aRun(over), lastEndedAt: null, runCount: 1 },
        ...{ paused: false, facts: facts(), laterEvents: [], holdoutDraw: false },
      },
      after({ days: 1, hours: 1 }),
    );

  it('takes the variant back: it is drawn again', () => {
    const decision = entry({ position: '3', variant: 'a', lastActivityAt: after({}) });
    expect(decision).toMatchObject({ kind: 'restart', run: { run: { variant: '', position: '0' } } });
  });

  it('is none for a held-out run that stands behind a letter, or behind ways that have one', () => {
    expect(entry({ position: '0', holdout: true })).toMatchObject({ kind: 'restart' });
    expect(entry({ position: '3', holdout: true })).toMatchObject({ kind: 'refresh' });
  });

  it('stands before letters as long as no way to where it stands has one', () => {
    expect(
      ['0', '1', '2', '3', '4', 'end'].map((position) => standsBeforeLetters(compiled, { position, round: 1 })),
    ).toEqual([...[true, true, true], ...[false, false, false]]);
  });

  it('is none for a held-out run between two turns of a repeat that has a letter, and it stands behind that letter', () => {
    const turns = (id: string, inside: unknown) => ({ id, type: 'repeat', every: '1 week', times: 2, steps: [inside] });
    const repeats = aCompiled({ steps: [turns('a', aWaitStep('w', 'PT1S')), turns('b', anEmailStep('z'))], exits: [] });
    expect(['0', '1'].map((position) => standsBeforeLetters(repeats, { position, round: 1 }))).toEqual([true, false]);
    expect(entry({ position: '1', holdout: true }, repeats)).toMatchObject({ kind: 'refresh' });
  });
});

it('a run that stands where its version has no step does nothing again: it comes to its end', () => {
  const compiled = aCompiled({ steps: [anEmailStep('a')], exits: [] });
  const lost = aRun({ position: '7.else.0', dueAt: after({}) });
  expect(advance(compiled, lost, facts(), after({}))).toMatchObject({ run: { endReason: 'completed' }, messages: [] });
});
