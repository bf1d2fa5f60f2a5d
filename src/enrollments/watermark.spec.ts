import { StandingClock } from '../../test/support/standing-clock.js';
import { DueMark } from './marks.js';
import type { MessageLedger } from './ports.js';
import { RunWriter } from './run-writer.js';
import { Watermark } from './watermark.js';
import type { WorkingRun } from './working-run.js';

const NINE = new Date('2026-11-21T09:00:00.000Z');
const EIGHT = new Date('2026-11-21T08:00:00.000Z');

describe('the lower bound of a claim', () => {
  let clock: StandingClock;
  let watermark: Watermark;

  beforeEach(() => {
    clock = new StandingClock();
    watermark = new Watermark(clock, 100);
  });

  it('scans everything first, then from the last claimed instant less a margin', () => {
    expect(watermark.from()).toBe('-infinity');
    watermark.reached(NINE);
    expect(watermark.from()).toBe('2026-11-21T08:59:59.900Z');
  });

  it('scans everything once a minute', () => {
    watermark.from();
    watermark.reached(NINE);
    clock.ms = 59_999;
    expect(watermark.from()).not.toBe('-infinity');
    clock.ms = 60_000;
    expect(watermark.from()).toBe('-infinity');
    expect(watermark.from()).not.toBe('-infinity');
  });

  it('stays low for an older row that is being written, until it must be committed', () => {
    watermark.from();
    watermark.reached(NINE);
    clock.ms = 1_000;
    watermark.lower(EIGHT);
    watermark.reached(NINE);
    clock.ms = 10_999;
    expect(watermark.from()).toBe(EIGHT.toISOString());
    clock.ms = 31_000;
    expect(watermark.from()).toBe('2026-11-21T08:59:59.900Z');
  });

  it('never lets a lowered bound go in less than ten seconds', () => {
    watermark.from();
    watermark.reached(NINE);
    watermark.lower(NINE);
    clock.ms = 9_999;
    watermark.lower(EIGHT);
    for (clock.ms = 10_000; clock.ms < 19_999; clock.ms += 500) expect(watermark.from()).toBe(EIGHT.toISOString());
  });

  it('stays low for a run that is left as it is: a claim may have gone past its lock meanwhile', async () => {
    const mark = new DueMark(clock);
    mark.from();
    mark.reached(NINE);
    const run = { identity: { clock: 'real' }, state: { dueAt: EIGHT }, isChanged: false } as WorkingRun;
    await new RunWriter({} as MessageLedger, mark, { wake: () => undefined }).write({} as never, [run], NINE);
    expect(mark.from()).toBe(EIGHT.toISOString());
  });

  it('scans everything after a reset', () => {
    watermark.from();
    watermark.reached(NINE);
    watermark.reset();
    expect(watermark.from()).toBe('-infinity');
  });
});
