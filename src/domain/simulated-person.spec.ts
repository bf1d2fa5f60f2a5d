import { aContact, anEmailStep, anEvent, facts } from '../../test/support/domain-builders.js';
import { FREE, later, linesOf, played } from '../../test/support/played-story.js';

const { store } = facts();

describe('the person and the store of a simulation', () => {
  const letter = { steps: [anEmailStep('a')] };

  it.each([
    ['no consent', { contact: aContact({ marketingConsent: null }) }, 'a skipped no_consent'],
    ['no address', { contact: aContact({ email: null }) }, 'a skipped no_address'],
    ['no confirmation', { store: { ...store, doubleOptIn: true } }, 'a skipped not_confirmed'],
  ])('are as they are told: %s', (_, over, line) => {
    expect(linesOf(played(letter, over))).toContain(`21 09:00 ${line}`);
  });

  it('name what a step’s condition missed', () => {
    const steps = [anEmailStep('a', { when: 'event.data.rank > 3' })];
    expect(linesOf(played({ steps }))).toContain('21 09:00 a skipped condition_false (event.rank)');
  });

  it('hold letters back as the store wants it, and say why', () => {
    const quiet = { ...FREE, quietHours: { from: '12:30', to: '15:00' } };
    expect(linesOf(played({}, { restraint: quiet })).slice(3, 6)).toEqual([
      '21 09:45 reminder planned',
      '21 09:45 reminder planned quiet_hours',
      '21 12:00 reminder sent',
    ]);
    const capped = { ...FREE, caps: [{ max: 1, per: 'P7D' }] };
    expect(linesOf(played({}, { restraint: capped }))).toContain('23 09:45 follow-up skipped frequency_cap');
    const gap = { ...FREE, minimumGap: 'P3D' };
    expect(linesOf(played({}, { restraint: gap }))).toContain('23 09:45 follow-up planned minimum_gap');
    expect(linesOf(played({}, { restraint: gap }))).toContain('24 09:45 follow-up sent');
  });

  it('hold letters back in the person’s own zone', () => {
    const late = { ...FREE, quietHours: { from: '18:00', to: '20:00' } };
    const inTokyo = { contact: aContact({ timezone: 'Asia/Tokyo' }), restraint: late };
    expect(linesOf(played({}, inTokyo))).toContain('21 11:00 reminder sent');
    expect(linesOf(played({}, { restraint: late }))).toContain('21 09:45 reminder sent');
  });

  it('take a letter back that was put off, when its run ends or begins anew', () => {
    const restraint = { ...FREE, quietHours: { from: '12:30', to: '15:00' } };
    const ended = played({}, { restraint, reactions: [later('PT1H', 'order.placed')] });
    expect(linesOf(ended).at(-1)).toBe('21 10:00 – ended exited:purchased');
    const anew = played({}, { restraint, reactions: [later('PT160M', 'cart.updated', anEvent().data)] });
    expect(linesOf(anew).filter((line) => line.includes('reminder sent'))).toEqual(['21 12:25 reminder sent']);
  });

  it('count how late a letter is from when it was first meant to go, however often it waits', () => {
    const steps = [anEmailStep('a', { late: { after: '40 minutes', then: 'skip' } })];
    const two = [later('PT0S', 'cart.updated', {}, 'b'), later('PT0S', 'cart.updated', {}, 'c')];
    const scenario = {
      steps,
      trigger: { type: 'event', event: 'cart.updated' },
      reentry: { whileRunning: 'parallel' },
      exits: [],
    };
    const lines = linesOf(played(scenario, { restraint: { ...FREE, minimumGap: '30 minutes' }, reactions: two }));
    expect(lines.filter((line) => /sent|skipped/.test(line))).toEqual([
      '21 09:00 a sent #2',
      '21 09:30 a skipped lost_to:abandoned-cart',
      '21 09:30 a sent #3',
    ]);
  });

  it('let no letter wait longer than its step allows', () => {
    const steps = [
      anEmailStep('a', { window: { days: ['mon'], from: '10:00' }, late: { after: '1 hour', then: 'exit' } }),
    ];
    const simulated = played({ steps });
    expect(linesOf(simulated).at(-2)).toBe('21 09:00 a skipped quiet_hours_expired');
    expect(simulated.end).toMatchObject({ reason: 'ended_by_step:late' });
  });

  it('are held out as they would be in earnest', () => {
    expect(linesOf(played({ ...letter, holdout: 100 }))).toContain('21 09:00 a skipped holdout');
  });
});
