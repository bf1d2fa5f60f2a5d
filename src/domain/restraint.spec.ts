import { aCompiled, after } from '../../test/support/domain-builders.js';
import { reachMs, restrain, type RestrainedLetter, type StoreRestraint } from './restraint.js';
import { emailStepOf } from './send-decision.js';

const FREE: StoreRestraint = { quietHours: null, caps: null, minimumGap: null, arbitration: 'defer' };
const NIGHT = { from: '21:00', to: '09:00' };

function letter(over: Partial<RestrainedLetter> & { readonly step?: object } = {}): RestrainedLetter {
  const { step = {}, messageClass = 'marketing', ...rest } = over;
  const steps = [{ id: 'a', type: 'email', template: 'x/a', reason: 'r', ...step }];
  const email = emailStepOf(aCompiled({ messageClass, steps }), 'a');
  return {
    scenarioKey: 'cart',
    messageClass,
    email,
    zone: 'Europe/Moscow',
    meantAt: after({}),
    feedIsSilent: false,
    ...rest,
  };
}

const defer = (until: Date, reason: string) => ({ kind: 'defer', until, reason });
const skip = (reason: string) => ({ kind: 'skip', reason });
/** 12:00, 22:00 and the next 09:00 in Moscow. */
const [noon, evening, morning] = [after({}), after({ hours: 10 }), after({ hours: 21 })];

it('a store that set nothing holds nothing back', () => {
  expect(restrain(letter(), FREE, [noon, noon, noon], evening)).toEqual({ kind: 'send' });
});

describe('quiet hours', () => {
  const quiet = { ...FREE, quietHours: NIGHT };

  it.each([
    ['marketing', defer(morning, 'quiet_hours')],
    ['care', defer(morning, 'quiet_hours')],
    ['service', { kind: 'send' }],
  ] as const)('for %s', (messageClass, expected) => {
    expect(restrain(letter({ messageClass }), quiet, [], evening)).toEqual(expected);
  });

  it.each([
    ['skip', skip('quiet_hours_expired')],
    ['exit', { kind: 'end', reason: 'ended_by_step:late', message: 'quiet_hours_expired' }],
    ['send', defer(morning, 'quiet_hours')],
  ])('that outlast the letter follow late.then: %s', (then, expected) => {
    expect(restrain(letter({ step: { late: { after: 'PT20H', then } } }), quiet, [], evening)).toEqual(expected);
  });

  it('may end at the letter’s last instant', () => {
    expect(restrain(letter({ step: { late: { after: 'PT21H' } } }), quiet, [], evening)).toEqual(
      defer(morning, 'quiet_hours'),
    );
  });

  it('count lateness from when the letter was first meant to go', () => {
    expect(restrain(letter({ meantAt: after({ hours: -4 }) }), quiet, [], evening)).toEqual(
      skip('quiet_hours_expired'),
    );
  });
});

describe('a send window', () => {
  const windowed = (messageClass: 'marketing' | 'service', window: object) =>
    letter({ messageClass, step: { window } });

  it.each(['marketing', 'service'] as const)('holds %s back', (messageClass) => {
    const late = windowed(messageClass, { from: '13:00' });
    expect(restrain(late, FREE, [], noon)).toEqual(defer(after({ hours: 1 }), 'send_window'));
  });

  it('is what holds a service letter back, also at night', () => {
    const late = { ...windowed('service', { from: '13:00', to: '20:00' }), meantAt: evening };
    expect(restrain(late, { ...FREE, quietHours: NIGHT }, [], evening)).toEqual(
      defer(after({ days: 1, hours: 1 }), 'send_window'),
    );
  });

  it('that never opens outside the quiet hours lets nothing go', () => {
    const never = letter({ step: { window: { from: '22:00' }, late: { then: 'send' } } });
    expect(restrain(never, { ...FREE, quietHours: NIGHT }, [], noon)).toEqual(skip('quiet_hours_expired'));
  });
});

describe('the minimum gap', () => {
  const gap = { ...FREE, minimumGap: '12 hours' };

  it.each([
    ['waits for its end', letter(), [after({ hours: -3 })], defer(after({ hours: 9 }), 'minimum_gap')],
    [
      'counts from the last letter',
      letter(),
      [after({ hours: -3 }), after({ hours: -30 })],
      defer(after({ hours: 9 }), 'minimum_gap'),
    ],
    ['is over at its end', letter(), [after({ hours: -12 })], { kind: 'send' }],
    [
      'skips what would be late',
      letter({ step: { late: { after: 'PT8H' } } }),
      [after({ hours: -3 })],
      skip('frequency_cap'),
    ],
    ['leaves care alone', letter({ messageClass: 'care' }), [after({ hours: -3 })], { kind: 'send' }],
  ])('%s', (_promise, one, sent, expected) => {
    expect(restrain(one, gap, sent, noon)).toEqual(expected);
  });

  it('that ends at night waits for the morning', () => {
    expect(restrain(letter(), { ...gap, quietHours: NIGHT }, [after({ hours: -2 })], noon)).toEqual(
      defer(morning, 'minimum_gap'),
    );
    const short = letter({ step: { late: { after: 'PT12H' } } });
    expect(restrain(short, { ...gap, quietHours: NIGHT }, [after({ hours: -2 })], noon)).toEqual(
      skip('quiet_hours_expired'),
    );
  });

  it('that is long over leaves the night quiet', () => {
    expect(restrain(letter(), { ...gap, quietHours: NIGHT }, [after({ days: -3 })], evening)).toEqual(
      defer(morning, 'quiet_hours'),
    );
  });
});

describe('caps', () => {
  const capped = {
    ...FREE,
    caps: [
      { max: 2, per: 'P1D' },
      { max: 3, per: '7 days' },
    ],
  };

  it.each([
    ['leave place below them', [after({ hours: -1 })], { kind: 'send' }],
    ['skip above one of them', [after({ hours: -1 }), after({ hours: -2 })], skip('frequency_cap')],
    [
      'skip above the longer one',
      [after({ days: -2 }), after({ days: -3 }), after({ days: -4 })],
      skip('frequency_cap'),
    ],
    ['forget a letter exactly after their time', [after({ hours: -1 }), after({ days: -1 })], { kind: 'send' }],
    ['look at letters in whatever order', [after({ days: -1 }), after({ hours: -1 })], { kind: 'send' }],
    ['count a day as 24 hours', [after({ hours: -1 }), after({ days: -1, ms: 1 })], skip('frequency_cap')],
  ])('%s', (_promise, sent, expected) => {
    expect(restrain(letter(), capped, sent, noon)).toEqual(expected);
  });

  it.each(['care', 'service'] as const)('leave %s alone', (messageClass) => {
    expect(restrain(letter({ messageClass }), { ...FREE, caps: [{ max: 1, per: 'P1D' }] }, [noon], noon)).toEqual({
      kind: 'send',
    });
  });

  it('count when the letter would really go, not at night', () => {
    const sent = [after({ hours: -10 }), after({ hours: -9 })];
    expect(restrain(letter(), { ...capped, quietHours: NIGHT }, sent, evening)).toEqual(defer(morning, 'quiet_hours'));
  });
});

it.each<[Partial<StoreRestraint>, number]>([
  [{}, 0],
  [{ minimumGap: '12 hours' }, 12],
  [
    {
      caps: [
        { max: 9, per: 'P1D' },
        { max: 20, per: '7 days' },
      ],
    },
    168,
  ],
  [{ minimumGap: '10 days', caps: [{ max: 9, per: 'P1D' }] }, 240],
])('of the letters sent before, as many are looked at as the longest of %j reaches', (over, hours) => {
  expect(reachMs({ ...FREE, ...over })).toBe(hours * 3_600_000);
});

describe('a silent order feed', () => {
  it('is asked again every ten minutes until the letter would be late', () => {
    const silent = letter({ feedIsSilent: true });
    expect(restrain(silent, FREE, [], noon)).toEqual(defer(after({ minutes: 10 }), 'order_feed_silent'));
    expect(restrain(silent, FREE, [], after({ hours: 23, minutes: 51 }))).toEqual(skip('order_feed_silent'));
  });
});
