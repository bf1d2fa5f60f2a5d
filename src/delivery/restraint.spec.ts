import { jest } from '@jest/globals';
import { aCompiled, aContact, aRun, facts } from '../../test/support/domain-builders.js';
import { defaultSettings } from '../stores/store-settings.js';
import { RestraintFacts } from './restraint-facts.js';
import { Restraint } from './restraint.js';
import type { GuardInput, Verdict } from './verdict.js';

const now = new Date('2026-11-21T22:00:00Z');
const send: Verdict = { kind: 'send', to: 'anna@example.com' };
const noSql = { query: () => Promise.reject(new Error('nothing is to be read')) };

function input(
  clock: 'real' | 'virtual',
  settings = {},
  { messageClass = 'marketing', ...scenario }: Readonly<Record<string, unknown>> = {},
): GuardInput {
  const message = {
    clock,
    messageClass,
    stepId: 'reminder',
    scenarioKey: 'cart',
    contactId: aContact().id,
  };
  const letter = {
    message: { ...message, environmentId: 'e', meantAt: now },
    compiled: aCompiled({
      messageClass,
      exits: clock === 'real' ? [] : [{ event: 'order.placed', reason: 'purchased' }],
      ...scenario,
    }),
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

  it.each(['marketing', 'service'])(
    'keeps a letter to its own window where a store has set nothing (%s)',
    async (messageClass) => {
      const steps = [{ id: 'reminder', type: 'email', template: 'x/a', reason: 'r', window: { from: '02:00' } }];
      const windowed = input('real', {}, { messageClass, steps });
      const [one] = await restraint.apply(noSql, [{ input: windowed, verdict: send }], now);
      expect(one?.verdict).toEqual({ kind: 'defer', until: new Date('2026-11-21T23:00:00Z'), reason: 'send_window' });
    },
  );

  it('looks for the order feed of mail that whatever event of an order ends', async () => {
    const paid = input('real', {}, { exits: [{ event: 'order.paid', reason: 'paid' }] });
    await expect(restraint.apply(noSql, [{ input: paid, verdict: send }], now)).rejects.toThrow(
      'nothing is to be read',
    );
  });

  it('asks what letters are worth only where two of a person compete', async () => {
    const asks = async (...judged: readonly GuardInput[]) => {
      const query = jest.fn(() => Promise.resolve([]));
      await restraint.apply(
        { query } as never,
        judged.map((one) => ({ input: one, verdict: send })),
        now,
      );
      return query.mock.calls.length;
    };
    const gap = () => input('virtual', { minimumGap: '12 hours' });
    expect([await asks(gap()), await asks(gap(), gap())]).toEqual([1, 2]);
  });
});
