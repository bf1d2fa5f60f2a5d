import { ProcessClock } from '../platform/clock/clock.js';
import { HitClock } from './hit-clock.js';

const TRUE_MS = Date.parse('2026-11-21T10:00:00.000Z');

/** A machine whose clock is wrong by so much, beside a database whose clock is right. */
class Machine extends ProcessClock {
  trueMs = TRUE_MS;

  constructor(public wrongByMs = 0) {
    super();
  }

  override now(): Date {
    return new Date(this.trueMs + this.wrongByMs);
  }
}

describe('the clock of hits', () => {
  let machine: Machine;
  let clock: HitClock;
  beforeEach(() => {
    machine = new Machine();
    clock = new HitClock(machine);
  });

  const pass = (ms: number): void => void (machine.trueMs += ms);
  const errorMs = (): number => Date.parse(clock.stamp()) - machine.trueMs;
  /** The database looks at its clock `there` milliseconds after it is asked; its answer takes `back`. */
  const askAndHear = (there: number, back: number): void => {
    const learn = clock.ask();
    pass(there);
    const databaseNow = new Date(machine.trueMs);
    pass(back);
    learn(databaseNow);
  };

  it.each([3_600_000, -3_600_000, 40, -40])(
    'is right after one answer on a machine that is wrong by %d ms',
    (wrongByMs) => {
      machine.wrongByMs = wrongByMs;
      expect(errorMs()).toBe(wrongByMs);
      askAndHear(0, 0);
      expect(errorMs()).toBe(0);
      pass(86_400_000);
      expect(errorMs()).toBe(0);
    },
  );

  it.each([0, -3_600_000])(
    'is not set back by an answer that was long on its way (machine wrong by %d ms)',
    (wrongByMs) => {
      machine.wrongByMs = wrongByMs;
      askAndHear(0, 0);
      askAndHear(1, 20_000);
      expect(errorMs()).toBe(0);
    },
  );

  it('is not set forward by a question that was long on its way', () => {
    askAndHear(0, 0);
    askAndHear(20_000, 1);
    expect(errorMs()).toBe(0);
  });

  it('is not set back by an answer that newer ones have overtaken', () => {
    const learn = clock.ask();
    const old = new Date(machine.trueMs);
    pass(5_000);
    askAndHear(1, 1);
    learn(old);
    expect(errorMs()).toBe(0);
  });

  it('errs by no more than the duration of the first answer', () => {
    machine.wrongByMs = 3_600_000;
    askAndHear(3, 4);
    expect(Math.abs(errorMs())).toBeLessThanOrEqual(7);
  });

  it('follows a machine whose clock is set right', () => {
    machine.wrongByMs = 60_000;
    askAndHear(0, 0);
    machine.wrongByMs = 0;
    askAndHear(0, 0);
    expect(errorMs()).toBe(0);
  });
});
