import { aCompiled, after, anEmailStep, anEvent, aRun, aWaitStep, facts } from '../../test/support/domain-builders.js';
import type { CompiledScenario } from './compiled-scenario.js';
import { decideEntry } from './entry.js';
import type { Advance, Facts } from './run.js';
import { advance, afterMessage, enterRun, restart, standsBeforeLetters } from './timeline.js';

const WEEKLY = { id: 'weekly', type: 'repeat', every: '1 week', times: 3, steps: [anEmailStep('news')] };
const compiledOf = (...steps: readonly unknown[]): CompiledScenario => aCompiled({ exits: [], steps });
const enter = (compiled: CompiledScenario, now = after({}), at = after({}), known = facts()): Advance =>
  enterRun(compiled, { event: anEvent({ at: at.toISOString() }), subject: '81', holdout: false }, known, now);
const trail = ({ steps }: Advance): readonly string[] =>
  steps.map(({ stepId, outcome, reason }) => [stepId, outcome, reason].filter(Boolean).join(' '));

/** Plays a run to its end, each letter sent as soon as it is planned; what it did, with days since it began. */
function played(compiled: CompiledScenario, known: Facts = facts(), at = after({})): readonly string[] {
  let now = at;
  let moved = enter(compiled, now, at, known);
  const lines: string[] = [];
  for (let turn = 0; turn < 60; turn++) {
    const days = Math.round((now.getTime() - at.getTime()) / 36_000) / 2_400;
    for (const { stepId, round } of moved.messages) lines.push(`${days} ${stepId} ${round}`);
    const { run } = moved;
    if (run.state === 'ended') return [...lines, `${days} ${run.endReason}`];
    if (run.dueAt) now = run.dueAt;
    else if (run.position === 'end') return [...lines, `${days} end`];
    moved = run.dueAt ? advance(compiled, run, known, now) : afterMessage(compiled, run, { kind: 'sent' }, known, now);
  }
  return lines;
}

describe('a repeat', () => {
  it('does its steps that many times, the first at once, and goes on behind the last turn', () => {
    expect(played(compiledOf(WEEKLY, anEmailStep('last')))).toEqual([
      ...['0 news 1', '7 news 2', '14 news 3', '14 last 1', '14 end'],
    ]);
  });

  it('counts from one turn to the next, whatever a turn itself takes', () => {
    const steps = [aWaitStep('pause', '2 days'), anEmailStep('news')];
    expect(played(compiledOf({ ...WEEKLY, steps }))).toEqual(['2 news 1', '9 news 2', '16 news 3', '16 end']);
  });

  it('leaves out turns that were to begin while one went on', () => {
    const steps = [aWaitStep('pause', '10 days'), anEmailStep('news')];
    expect(played(compiledOf({ ...WEEKLY, steps }))).toEqual(['10 news 1', '24 news 2', '38 news 3', '38 end']);
  });

  it('begins no turn later than so long after the entry', () => {
    const until = { ...WEEKLY, times: undefined, until: '14 days' };
    expect(played(compiledOf(until))).toEqual(['0 news 1', '7 news 2', '14 news 3', '14 end']);
    expect(played(compiledOf(aWaitStep('w', 'PT1S'), until))).toEqual(['0 news 1', '7 news 2', '7 end']);
  });

  it('goes on for ever where it is to, until the run is ended', () => {
    const forever = { ...WEEKLY, times: undefined, forever: true };
    expect(played(compiledOf(forever))).toHaveLength(30);
    const exit = { id: 'x', type: 'exit', reason: 'enough', when: 'run.touches >= 2.0' };
    expect(played(compiledOf({ ...forever, steps: [exit, anEmailStep('news')] }))).toEqual([
      ...['0 news 1', '7 news 2', '14 ended_by_step:enough'],
    ]);
  });

  it('keeps the day of the month, the last where there is none', () => {
    const monthly = { ...WEEKLY, every: '1 month', times: 4 };
    const at = new Date('2027-01-31T09:00:00Z');
    expect(played(compiledOf(monthly), facts(), at)).toEqual([
      '0 news 1',
      '28 news 2',
      '59 news 3',
      '89 news 4',
      '89 end',
    ]);
  });

  it('is passed by when its condition is false, and the condition is asked once', () => {
    expect(played(compiledOf({ ...WEEKLY, when: 'event.total < 1' }, anEmailStep('last')))).toEqual([
      '0 last 1',
      '0 end',
    ]);
    expect(played(compiledOf({ ...WEEKLY, when: 'run.touches == 0.0' }))).toHaveLength(4);
  });

  it('may follow another, whose turns are counted anew', () => {
    const two = { ...WEEKLY, times: 2 };
    const again = { ...two, id: 'again', steps: [anEmailStep('more')] };
    expect(played(compiledOf(two, again))).toEqual(['0 news 1', '7 news 2', '7 more 1', '14 more 2', '14 end']);
  });

  it('stands at itself between two turns, and says in its history which turn it is', () => {
    const compiled = compiledOf(WEEKLY);
    const first = enter(compiled);
    expect(trail(first)).toEqual(['entered', 'weekly repeated turn:1', 'news planned']);
    const between = afterMessage(compiled, first.run, { kind: 'sent' }, facts(), after({ minutes: 1 }));
    expect(between.run).toMatchObject({ state: 'waiting', position: '0', dueAt: after({ days: 7 }), round: 1 });
    const second = advance(compiled, between.run, facts(), after({ days: 7 }));
    expect(trail(second)).toEqual(['weekly repeated turn:2', 'news planned']);
    expect(second.run).toMatchObject({ round: 2, repeatAt: after({}) });
  });

  it('leaves out turns that were missed while nothing ran: one late letter, and the next one in its time', () => {
    const compiled = compiledOf(WEEKLY);
    const waiting = afterMessage(compiled, enter(compiled).run, { kind: 'sent' }, facts(), after({})).run;
    const soon = advance(compiled, waiting, facts(), after({ days: 7, hours: 3 }));
    expect(soon.messages).toMatchObject([{ state: 'planned', round: 2, dueAt: after({ days: 7 }) }]);
    const late = advance(compiled, waiting, facts(), after({ days: 24 }));
    expect(late.messages).toMatchObject([{ state: 'skipped', reason: 'late', round: 2 }]);
    expect(late.run).toMatchObject({ state: 'waiting', dueAt: after({ days: 28 }), round: 2 });
  });

  it('goes through missed turns that write nothing a hundred at a time', () => {
    const quiet = { id: 'x', type: 'exit', reason: 'never', when: 'event.total < 1' };
    const steps = [
      {
        ...WEEKLY,
        every: '1 minute',
        times: 500,
        steps: [{ id: 'b', type: 'branch', cases: [{ when: 'event.total < 1', steps: [quiet] }] }],
      },
    ];
    const late = enter(compiledOf(...steps), after({ days: 1 }));
    expect(late.run).toMatchObject({ state: 'waiting', round: 100, dueAt: after({ minutes: 100 }) });
    expect(advance(compiledOf(...steps), late.run, facts(), after({ days: 1 })).run.round).toBe(200);
  });

  it('has letters behind it where it stands at itself: they are asked about, and a held-out run begins no more anew', () => {
    const compiled = compiledOf(aWaitStep('w', '1 day'), WEEKLY);
    expect(['0', '1'].map((position) => standsBeforeLetters(compiled, { position, round: 1 }))).toEqual([true, false]);
    const decided = (position: string) =>
      decideEntry(
        aCompiled({ exits: [], steps: compiled.scenario.steps }),
        {
          ...{ event: anEvent({ id: 'v2' }), subject: '81', tooOld: false, lastEndedAt: null, runCount: 1 },
          ...{
            running: aRun({ position, holdout: true }),
            paused: false,
            facts: facts(),
            laterEvents: [],
            holdoutDraw: true,
          },
        },
        after({}),
      ).kind;
    expect(['0', '1'].map(decided)).toEqual(['restart', 'refresh']);
  });

  it('begins from its first turn when the run begins anew', () => {
    const compiled = compiledOf({ ...WEEKLY, steps: [aWaitStep('w', '1 day'), anEmailStep('news')] });
    const { run } = enter(compiled);
    const event = anEvent({ id: 'v2', at: after({ hours: 3 }).toISOString() });
    const again = restart(compiled, { ...run, round: 2 }, event, facts(), after({ hours: 3 }));
    expect(again.run).toMatchObject({ pass: 2, round: 1, repeatAt: after({ hours: 3 }) });
  });

  it('leaves nothing out at its end: a moment that is over in the last step of a turn leads to the next turn', () => {
    const steps = [anEmailStep('news'), { id: 'd', type: 'wait', date: { at: 'run.enteredAt', ifPast: 'skip-next' } }];
    expect(played(compiledOf({ ...WEEKLY, steps }))).toEqual(['0 news 1', '7 news 2', '14 news 3', '14 end']);
  });
});
