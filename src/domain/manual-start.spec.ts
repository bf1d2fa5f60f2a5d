import { ABANDONED_CART, aCompiled, after, anEvent, aScenario, facts } from '../../test/support/domain-builders.js';
import { compileScenario } from './compile-scenario.js';
import { decideEntry, matchTrigger } from './entry.js';
import { isAddressedTo, START_REQUESTED, startData } from './manual-start.js';
import { nearestType } from './nearest-type.js';
import type { EventFacts } from './run.js';

const MANUAL = { ...ABANDONED_CART, key: 'vip', trigger: { type: 'manual' }, exits: [] };
const aStart = (data: Readonly<Record<string, unknown>> = {}, subject: string | null = 'deal-17'): EventFacts =>
  anEvent({ id: 'start-1', type: START_REQUESTED, data: startData('vip', subject, data) });
const vip = aCompiled(MANUAL);

describe('a scenario that is started by hand', () => {
  it('listens to the one type of event that a start is made of', () => {
    expect(vip.triggerEvent).toBe('scenario.start_requested');
  });

  it.each([
    ['itself', vip, true],
    ['another one', aCompiled({ ...MANUAL, key: 'other' }), false],
  ])('starts by the start of %s', (_what, compiled, expected) => {
    expect(isAddressedTo(aStart(), compiled)).toBe(expected);
  });

  it('has no say in which events a scenario that is started by events listens to', () => {
    expect(isAddressedTo(anEvent(), aCompiled())).toBe(true);
  });

  it.each([
    ['the one that was given', 'deal-17', 'deal-17'],
    ['none', null, ''],
  ])('follows up as its subject %s', (_what, given, subject) => {
    const match = matchTrigger(vip, aStart({}, given), facts(), after({}));
    expect(match).toEqual({ matches: true, subject, tooOld: false });
  });

  it('starts however long the start waited, as nobody can start it in the past', () => {
    expect(matchTrigger(vip, aStart(), facts(), after({ days: 30 }))).toMatchObject({ tooOld: false });
  });

  it('shows its conditions what was given as the event, whatever it is called', () => {
    const steps = [
      { id: 'small', type: 'exit', reason: 'small', when: 'event.total < 100 && run.event.manager == "Boris"' },
      { id: 'pause', type: 'wait', for: 'P1D' },
    ];
    const compiled = aCompiled({ ...MANUAL, steps });
    const endOf = (total: number) => {
      const event = aStart({ total, manager: 'Boris' });
      const input = { event, subject: '', tooOld: false, running: null, lastEndedAt: null, runCount: 0 };
      const rest = { paused: false, facts: facts(), laterEvents: [], holdoutDraw: false };
      const decision = decideEntry(compiled, { ...input, ...rest }, after({}));
      return decision.kind === 'enter' ? decision.run.run.endReason : decision.kind;
    };
    expect([50, 500].map(endOf)).toEqual(['ended_by_step:small', null]);
  });

  it('is published without a warning, also where an exit names the type of starts', () => {
    const exits = [{ event: START_REQUESTED, when: "event.scenario == 'other'", reason: 'other_started' }];
    expect(compileScenario(aScenario({ ...MANUAL, exits }))).toMatchObject({ ok: true, warnings: [] });
    expect(nearestType(START_REQUESTED)).toBeNull();
  });
});
