import { StandingClock } from '../../test/support/standing-clock.js';
import type { LogFields } from '../platform/logging/logger.js';
import { IngestOutage } from './ingest-outage.js';

describe('events that cannot be stored', () => {
  let clock: StandingClock;
  let outage: IngestOutage;
  let told: LogFields[];
  const refuse = (events: number): void => outage.refuse('not now', { event: 'ingest.unavailable', events });

  beforeEach(() => {
    clock = new StandingClock();
    told = [];
    const hear = (_text: string, fields: LogFields): void => void told.push(fields);
    outage = new IngestOutage({ warn: hear, info: hear }, clock);
  });

  it('are told of at once, and every ten seconds how many more there were', () => {
    for (clock.ms = 0; clock.ms <= 20_000; clock.ms += 100) refuse(3);
    expect(told.map(({ events }) => events)).toEqual([3, 300, 300]);
  });

  it('are told in the end how many they were, once nothing was refused for ten seconds', () => {
    refuse(3);
    outage.stored();
    refuse(4);
    for (clock.ms = 0; clock.ms <= 30_000; clock.ms += 1_000) outage.stored();
    expect(told).toEqual([
      { event: 'ingest.unavailable', events: 3 },
      { event: 'ingest.available', refused: 7 },
    ]);
    refuse(5);
    expect(told.at(-1)).toEqual({ event: 'ingest.unavailable', events: 5 });
  });

  it('that are none are not spoken of', () => {
    outage.stored();
    expect(told).toEqual([]);
  });
});
