import fc from 'fast-check';
import { aCompiled, after } from '../../test/support/domain-builders.js';
import { arbitrate, type RivalLetter } from './arbitration.js';
import type { Arbitration, StoreRestraint } from './restraint.js';
import { emailStepOf } from './send-decision.js';

const now = after({});
const steps = [{ id: 'a', type: 'email', template: 'x/a', reason: 'r' }];
const emails = {
  marketing: emailStepOf(aCompiled({ steps }), 'a'),
  care: emailStepOf(aCompiled({ steps, messageClass: 'care' }), 'a'),
  service: emailStepOf(aCompiled({ steps, messageClass: 'service' }), 'a'),
};
const one: StoreRestraint = {
  quietHours: null,
  caps: [{ max: 1, per: 'PT12H' }],
  minimumGap: null,
  arbitration: 'defer',
};

function rival(scenarioKey: string, over: Partial<RivalLetter> = {}): RivalLetter {
  const messageClass = over.messageClass ?? 'marketing';
  return {
    scenarioKey,
    subject: '',
    messageClass,
    email: emails[messageClass],
    zone: 'UTC',
    meantAt: now,
    feedIsSilent: false,
    expectedValue: 0,
    ...over,
  };
}

const winnerOf = (letters: readonly RivalLetter[]) =>
  letters[arbitrate(letters, one, [], now).findIndex(({ kind }) => kind === 'send')]?.scenarioKey;

describe('of letters that are due together and may not all go', () => {
  it('the one worth more goes, then the one that has waited longer', () => {
    const older = { meantAt: after({ hours: -1 }) };
    expect(winnerOf([rival('a', older), rival('b', { expectedValue: 0.01 })])).toBe('b');
    expect(winnerOf([rival('a'), rival('b', older)])).toBe('b');
  });

  it('of equal ones the same goes, in whichever order they are asked about', () => {
    const letters = [rival('b'), rival('a', { subject: '2' }), rival('a', { subject: '10' })];
    for (const asked of [letters, letters.toReversed()])
      expect(asked[arbitrate(asked, one, [], now).findIndex(({ kind }) => kind === 'send')]).toBe(letters[2]);
  });

  it.each<[Arbitration, object]>([
    ['defer', { kind: 'defer', until: after({ hours: 12 }), reason: 'lost_to:a' }],
    ['drop', { kind: 'end', reason: 'ended_by_step:lost_to', message: 'lost_to:a' }],
    ['replace', { kind: 'skip', reason: 'lost_to:a' }],
  ])('the loser follows the policy %s', (arbitration, expected) => {
    const letters = [rival('b'), rival('a', { expectedValue: 1 })];
    expect(arbitrate(letters, { ...one, arbitration }, [], now)).toEqual([expected, { kind: 'send' }]);
  });

  it('a loser that cannot wait in time is skipped', () => {
    const b = rival('b', { meantAt: after({ hours: -13 }), expectedValue: -1 });
    expect(arbitrate([rival('a'), b], one, [], now)[1]).toEqual({ kind: 'skip', reason: 'lost_to:a' });
  });

  it('one that would not have gone alone has lost to nobody', () => {
    expect(arbitrate([rival('a'), rival('b')], one, [after({ hours: -1 })], now)).toEqual([
      { kind: 'skip', reason: 'frequency_cap' },
      { kind: 'skip', reason: 'frequency_cap' },
    ]);
  });

  it('one that waits for its own hour has lost to nobody, and nobody to it', () => {
    const later = emailStepOf(aCompiled({ steps: [{ ...steps[0], window: { from: '13:00' } }] }), 'a');
    const waits = { kind: 'defer', until: after({ hours: 4 }), reason: 'send_window' };
    for (const expectedValue of [-1, 1])
      expect(arbitrate([rival('a'), rival('b', { email: later, expectedValue })], one, [], now)).toEqual([
        { kind: 'send' },
        waits,
      ]);
  });

  it('a loser whose place comes at night waits for the morning', () => {
    const store = { ...one, quietHours: { from: '20:00', to: '07:00' } };
    const waits = { kind: 'defer', until: after({ hours: 22 }), reason: 'lost_to:a' };
    expect(arbitrate([rival('a'), rival('b')], store, [], now)).toEqual([{ kind: 'send' }, waits]);
  });

  it('service and care go beside them', () => {
    const letters = [rival('b'), rival('a', { messageClass: 'care' }), rival('c', { messageClass: 'service' })];
    for (const rows of [letters, letters.toReversed()])
      expect(arbitrate(rows, one, [], now).map(({ kind }) => kind)).toEqual(['send', 'send', 'send']);
  });
});

describe('whatever is due in whatever order', () => {
  const hours = fc.integer({ min: 0, max: 200 });
  const story = fc.record({
    letters: fc.array(
      fc.record({
        value: fc.nat(3),
        age: fc.integer({ min: 0, max: 20 }),
        messageClass: fc.constantFrom('marketing', 'care', 'service'),
      }),
      { minLength: 1, maxLength: 8 },
    ),
    sent: fc.array(hours, { maxLength: 6 }),
    caps: fc.array(fc.record({ max: fc.integer({ min: 1, max: 4 }), per: fc.integer({ min: 1, max: 100 }) }), {
      maxLength: 3,
    }),
    gap: fc.option(fc.integer({ min: 1, max: 30 })),
    arbitration: fc.constantFrom<Arbitration>('defer', 'drop', 'replace'),
    seed: fc.nat(),
  });

  it('caps are never exceeded, gaps are kept, who waits waits for later, and the order of the rows changes nothing', () => {
    fc.assert(
      fc.property(story, ({ letters, sent, caps, gap, arbitration, seed }) => {
        const store: StoreRestraint = {
          quietHours: { from: '20:00', to: '07:00' },
          caps: caps.map(({ max, per }) => ({ max, per: `PT${per}H` })),
          minimumGap: gap === null ? null : `PT${gap}H`,
          arbitration,
        };
        const before = sent.map((ago) => after({ hours: -ago }));
        const rivals = letters.map(({ value, age, messageClass }, i) =>
          rival(`s-${i}`, {
            messageClass: messageClass,
            expectedValue: value,
            meantAt: after({ hours: -age, ms: i }),
          }),
        );
        const decisions = arbitrate(rivals, store, before, now);
        const going = rivals.filter(
          (letter, i) => letter.messageClass === 'marketing' && decisions[i]!.kind === 'send',
        );
        const all = [...before, ...going.map(() => now)];
        if (going.length > 0) {
          for (const { max, per } of caps)
            expect(all.filter((at) => at > after({ hours: -per })).length).toBeLessThanOrEqual(max);
          if (gap !== null) {
            expect(going).toHaveLength(1);
            expect(before.every((at) => at <= after({ hours: -gap }))).toBe(true);
          }
        }
        for (const decision of decisions) if (decision.kind === 'defer') expect(decision.until > now).toBe(true);
        const turned = rivals.map((_, i) => (i + seed) % rivals.length);
        const again = arbitrate(
          turned.map((i) => rivals[i]!),
          store,
          before,
          now,
        );
        expect(again).toEqual(turned.map((i) => decisions[i]));
      }),
    );
  });
});
