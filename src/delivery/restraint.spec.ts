import { aCompiled, aContact, aRun, facts } from '../../test/support/domain-builders.js';
import { defaultSettings } from '../stores/store-settings.js';
import { RestraintFacts } from './restraint-facts.js';
import { Restraint } from './restraint.js';
import type { GuardInput, Verdict } from './verdict.js';

const now = new Date('2026-11-21T22:00:00Z');
const send: Verdict = { kind: 'send', to: 'anna@example.com' };
const noSql = { query: () => Promise.reject(new Error('nothing is to be read')) };

function input(clock: 'real' | 'virtual', settings = {}): GuardInput {
  const message = {
    clock,
    messageClass: 'marketing',
    stepId: 'reminder',
    scenarioKey: 'cart',
    contactId: aContact().id,
  };
  const letter = {
    message: { ...message, environmentId: 'e', meantAt: now },
    compiled: aCompiled({ exits: clock === 'real' ? [] : [{ event: 'order.placed', reason: 'purchased' }] }),
    settings: { ...defaultSettings('Shop'), ...settings },
  };
  return { letter, run: aRun(), facts: facts(), now } as unknown as GuardInput;
}

describe('restraint', () => {
  const restraint = new Restraint(new RestraintFacts());

  it.each(['real', 'virtual'] as const)('reads nothing while nothing is set (%s)', async (clock) => {
    const judged = [{ input: input(clock), verdict: send }];
    expect(await restraint.apply(noSql, judged, now)).toBe(judged);
  });

  it('reads nothing for quiet hours alone, and asks only about letters that would go', async () => {
    const quiet = () => input('virtual', { quietHours: { from: '21:00', to: '09:00' } });
    const hold: Verdict = { kind: 'hold' };
    const [one, other] = await restraint.apply(
      noSql,
      [
        { input: quiet(), verdict: send },
        { input: quiet(), verdict: hold },
      ],
      now,
    );
    expect(one?.verdict).toEqual({ kind: 'defer', until: new Date('2026-11-22T06:00:00Z'), reason: 'quiet_hours' });
    expect(other?.verdict).toBe(hold);
  });
});
