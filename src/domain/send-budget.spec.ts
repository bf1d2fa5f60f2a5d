import fc from 'fast-check';
import { admit, type AskingLetter, type SendBudget, type SendLimits } from './send-budget.js';
import { bucketOf, parseSendRate } from './send-rate.js';

const START = new Date('2026-11-21T12:00:00Z');
const at = (ms: number) => new Date(START.getTime() + ms);
const TEN = parseSendRate('10/s')!;
const LIMITS: SendLimits = { rate: TEN, dayLimit: null, dayEndsAt: at(43_200_000) };
const FULL: SendBudget = {
  tokens: bucketOf(TEN).capacity,
  refilledAt: START,
  againUntil: START,
  firstUntil: START,
  pausedUntil: null,
  sentToday: 0,
  waitingToday: 0,
};
const aLetter = (more: Partial<AskingLetter> = {}): AskingLetter => ({
  isService: false,
  meantAt: START,
  hasWaited: false,
  ...more,
});
const letters = (count: number, more: Partial<AskingLetter> = {}) => new Array<AskingLetter>(count).fill(aLetter(more));
const went = (answer: ReturnType<typeof admit>) => answer.admissions.filter(({ kind }) => kind === 'go').length;

/** Sends letters as they come, again and again while they wait; answers when each went, by its place. */
function sendAll(asking: readonly (AskingLetter & { dueMs: number })[]) {
  let budget = FULL;
  const waiting = asking.map((letter, place) => ({ ...letter, place }));
  const sentMs = new Map<number, number>();
  let rounds = 0;
  while (waiting.length > 0) {
    const nowMs = Math.min(...waiting.map(({ dueMs }) => dueMs));
    if (nowMs > 3_600_000) break;
    const due = waiting.filter(({ dueMs }) => dueMs <= nowMs);
    const answer = admit(budget, LIMITS, due, at(nowMs));
    budget = answer.budget;
    rounds += due.length;
    answer.admissions.forEach((admission, i) => {
      const letter = due[i]!;
      if (admission.kind === 'go') {
        sentMs.set(letter.place, nowMs);
        waiting.splice(waiting.indexOf(letter), 1);
      } else Object.assign(letter, { hasWaited: true, dueMs: Math.ceil(admission.until.getTime() - START.getTime()) });
    });
  }
  return { sentMs, rounds };
}

describe('a store that may send ten letters a second', () => {
  it('sends a second of letters at once and spreads the others at its rate', () => {
    const answer = admit(FULL, LIMITS, letters(13), START);
    expect(went(answer)).toBe(10);
    expect(answer.admissions.slice(10)).toEqual(
      [100, 200, 300].map((ms) => ({ kind: 'wait', until: at(ms), reason: 'provider_rate' })),
    );
  });

  it('sends a backlog in its order at its rate, and asks each letter about twice', () => {
    const backlog = Array.from({ length: 600 }, (_, i) => ({ ...aLetter({ meantAt: at(i - 600) }), dueMs: 0 }));
    const { sentMs, rounds } = sendAll(backlog);
    const times = backlog.map((_, place) => sentMs.get(place)!);
    expect(times).toEqual([...times].sort((a, b) => a - b));
    expect(times.at(-1)).toBe(59_000);
    expect(rounds).toBeLessThanOrEqual(3 * 600);
  });

  it('never sends more in any stretch of time than its bucket and its rate allow, whatever comes when', () => {
    const letter = fc.record({ isService: fc.boolean(), dueMs: fc.integer({ min: 0, max: 5_000 }) });
    fc.assert(
      fc.property(fc.array(letter, { maxLength: 150 }), (asking) => {
        const { sentMs } = sendAll(asking.map((one) => ({ ...aLetter({ meantAt: at(one.dueMs) }), ...one })));
        expect(sentMs.size).toBe(asking.length); // nothing starves
        const times = [...sentMs.values()].sort((a, b) => a - b);
        for (let from = 0; from < times.length; from++)
          for (let to = from; to < times.length; to++)
            expect(to - from + 1).toBeLessThanOrEqual(
              bucketOf(TEN).capacity + (times[to]! - times[from]!) / 100 + 1e-6,
            );
      }),
      { numRuns: 50 },
    );
  });

  it('lets service mail go before marketing that is older, in one group', () => {
    const old = letters(20, { meantAt: at(-60_000), hasWaited: true });
    const answer = admit(FULL, LIMITS, [...old, ...letters(5, { isService: true })], START);
    expect(answer.admissions.slice(20)).toEqual(new Array(5).fill({ kind: 'go' }));
  });

  it('keeps a reserve for service mail that comes right behind marketing', () => {
    const after = admit(FULL, LIMITS, letters(100), START).budget;
    expect(went(admit(after, LIMITS, letters(3, { isService: true }), START))).toBe(2);
    expect(went(admit(after, LIMITS, letters(3, { hasWaited: true }), at(50)))).toBe(0);
  });

  it('does not let a newcomer overtake those that wait', () => {
    const after = admit(FULL, LIMITS, letters(100), START).budget;
    const answer = admit(after, LIMITS, letters(1), at(500));
    expect(answer.admissions).toEqual([{ kind: 'wait', until: at(9_100), reason: 'provider_rate' }]);
    expect(went(admit(after, LIMITS, letters(1, { hasWaited: true }), at(500)))).toBe(1);
  });

  it('gets a token once for the time in which it came', () => {
    const empty = { ...FULL, tokens: 0 };
    const some = (now: number, { budget }: ReturnType<typeof admit>) =>
      admit(budget, LIMITS, letters(9, { isService: true }), at(now));
    const first = some(500, { admissions: [], budget: empty });
    expect([first, some(600, first), some(650, some(600, first))].map(went)).toEqual([5, 1, 0]);
  });

  it('lets those come back first that have waited before, each behind the last one', () => {
    const queue = { ...FULL, tokens: 0, firstUntil: at(9_000) };
    const ask = (budget: SendBudget) => admit(budget, LIMITS, [aLetter({ hasWaited: true }), aLetter()], START);
    const [once, again] = [ask(queue), ask(ask(queue).budget)];
    expect([once, again].map(({ admissions }) => admissions)).toMatchObject([
      [{ until: at(100) }, { until: at(9_100) }],
      [{ until: at(200) }, { until: at(9_200) }],
    ]);
  });

  it('waits out a pause that the provider asked for, also with service mail', () => {
    const paused = { ...FULL, pausedUntil: at(30_000) };
    const answer = admit(paused, LIMITS, [aLetter(), aLetter({ isService: true })], START);
    expect(answer.admissions).toEqual(
      [30_100, 30_100].map((ms) => ({ kind: 'wait', until: at(ms), reason: 'provider_rate' })),
    );
    expect(went(admit(paused, LIMITS, letters(1), at(30_000)))).toBe(1);
  });

  it('is not confused by a clock that goes back', () => {
    const { budget } = admit(FULL, LIMITS, letters(10), START);
    expect(admit(budget, LIMITS, letters(1), at(-60_000)).budget.refilledAt).toEqual(START);
  });
});

it('a store without a rate waits out a pause too, and keeps the order of its letters', () => {
  const answer = admit({ ...FULL, pausedUntil: at(30_000) }, { ...LIMITS, rate: null }, letters(2), START);
  expect(answer.admissions).toMatchObject([{ until: at(30_001) }, { until: at(30_002) }]);
});

describe('a store whose sender is warmed up', () => {
  const plan: SendLimits = { rate: null, dayLimit: 3, dayEndsAt: at(43_200_000) };

  it('puts the rest of a day off to the next one, in its order', () => {
    const asking = [3, 1, 2, 0, 4].map((n) => aLetter({ meantAt: at(n) }));
    const wait = (ms: number) => ({ kind: 'wait', until: at(43_200_000 + ms), reason: 'warm_up' });
    const answer = admit(FULL, plan, asking, START);
    expect(answer.admissions).toEqual([wait(0), { kind: 'go' }, { kind: 'go' }, { kind: 'go' }, wait(1)]);
    expect(admit(answer.budget, plan, letters(1), START).admissions).toEqual([wait(2)]);
  });

  it('never holds service mail back, but counts it', () => {
    const { admissions, budget } = admit(FULL, plan, [...letters(2), ...letters(4, { isService: true })], START);
    expect(admissions.map(({ kind }) => kind)).toEqual(['wait', 'wait', 'go', 'go', 'go', 'go']);
    expect(budget.sentToday).toBe(4);
  });
});
