import { jest } from '@jest/globals';
import { IdentityChanges } from '../../src/contacts/identity-changes.js';
import type { RunMerger } from '../../src/contacts/ports.js';
import { EventCollector } from '../../src/ingest/event-collector.js';
import { EventStore } from '../../src/ingest/event-store.js';
import { IngestTimes } from '../../src/ingest/ingest-times.js';
import { ProcessClock } from '../../src/platform/clock/clock.js';
import type { EngineDatabase } from '../../src/platform/database/engine-database.js';
import type { StageWaker } from '../../src/platform/queue/stages.js';
import { BLIND_KEYS } from './blind-keys.js';

/** A collector on this database; merges ask `mergeRuns`. */
export function aCollector(
  engine: EngineDatabase,
  wake: StageWaker['wake'] = jest.fn<StageWaker['wake']>(),
  mergeRuns: RunMerger['mergeRuns'] = () => Promise.resolve(),
  times: Partial<IngestTimes> = { patienceMs: 60_000, heldMs: 60_000 },
): EventCollector {
  const all = new IngestTimes(times);
  const store = new EventStore(engine, new IdentityChanges({ mergeRuns }), all, BLIND_KEYS);
  return new EventCollector(store, { wake }, new ProcessClock(), all);
}
