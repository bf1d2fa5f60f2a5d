import { Injectable, type OnModuleInit } from '@nestjs/common';
import { EngineDatabase } from '../platform/database/engine-database.js';
import { logger } from '../platform/logging/logger.js';
import type { Hit } from './hit.js';
import { HitClock } from './hit-clock.js';
import { HitCounter } from './hit-counter.js';
import { judgeHit } from './judge-hit.js';
import { storeHits } from './store-hits.js';

/** SQLSTATE classes that blame the data: such a row is refused for ever, waiting does not help. */
const DATA_FAULTS = new Set(['22', '23']);

/** Hits in PostgreSQL: judged, stored once, queued to be counted. */
@Injectable()
export class EngagementStore implements OnModuleInit {
  private readonly log = logger(EngagementStore.name);

  constructor(
    private readonly database: EngineDatabase,
    private readonly clock: HitClock,
    private readonly counter: HitCounter,
  ) {}

  /**
   * Asks for the database's time before the first hit comes: by a machine's clock that is hours behind, the first people's clicks
   * would be sooner than their letter, and so a machine's. A database that is away is asked when it is back.
   */
  async onModuleInit(): Promise<void> {
    await this.record([]).catch((error: unknown) =>
      this.log.warn('the database’s time is not known yet', { event: 'tracking.time_unknown', reason: String(error) }),
    );
  }

  /** Stores a group; throws while PostgreSQL is away. A hit that the database refuses for its content is logged and left out. */
  async record(hits: readonly Hit[]): Promise<void> {
    try {
      const learn = this.clock.ask();
      const { now, sandboxes } = await storeHits(this.database, hits.map(judgeHit));
      learn(now);
      // Time stands in a sandbox, so whoever looks next must see the hit counted, as a second later in live.
      for (const environmentId of sandboxes) await this.counter.countAll(environmentId);
    } catch (error) {
      if (!DATA_FAULTS.has(sqlState(error).slice(0, 2))) throw error;
      const [first] = hits;
      if (hits.length === 1 && first)
        return this.log.error('A hit was refused', { event: 'tracking.hit_refused', engagement: first.id }, error);
      for (const hit of hits) await this.record([hit]);
    }
  }

  /** Resolves when PostgreSQL answers. */
  async probe(): Promise<void> {
    await this.database.query('SELECT 1');
  }
}

function sqlState(error: unknown): string {
  return (error as { code?: string }).code ?? '';
}
