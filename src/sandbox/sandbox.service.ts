import { Injectable } from '@nestjs/common';
import { EngineDatabase } from '../platform/database/engine-database.js';
import { EnvironmentsService } from '../stores/environments.service.js';
import { StoresService } from '../stores/stores.service.js';
import { type AdvanceBy, advanceTarget, withinTime } from './advance-target.js';
import { clearEnvironment } from './reset-sandbox.js';
import { nextDueAt, SandboxAgenda } from './sandbox-agenda.js';
import { SandboxClock } from './sandbox-clock.js';
import { SandboxTurns } from './sandbox-turns.js';
import type { AdvancedView, SandboxStateView } from './sandbox.view.js';

/** The clock of a sandbox: it stands until it is moved. */
@Injectable()
export class SandboxService {
  constructor(
    private readonly database: EngineDatabase,
    private readonly environments: EnvironmentsService,
    private readonly stores: StoresService,
    private readonly turns: SandboxTurns,
    private readonly clock: SandboxClock,
    private readonly agenda: SandboxAgenda,
  ) {}

  /** Tells the sandbox's now and what waits. */
  async state(environmentId: string): Promise<SandboxStateView> {
    const [row] = await this.database.query<{ now: Date; waiting: number }>(STATE, [environmentId]);
    const { now, waiting } = row!;
    const next = nextDueAt(await this.agenda.read(environmentId, now));
    return { now: now.toISOString(), waiting, nextDueAt: next?.toISOString() ?? null };
  }

  /** Moves the clock, instant by instant; waits until calls before it are through. */
  advance(environmentId: string, request: AdvanceBy): Promise<AdvancedView> {
    return this.turns.take(environmentId, async () => {
      const { storeId, virtualNow } = await this.environments.environment(this.database, environmentId);
      const zone = (await this.stores.settingsOf(this.database, [storeId])).get(storeId)?.timezone ?? 'UTC';
      const target = advanceTarget(request, virtualNow!, zone);
      const messages = await this.clock.play(environmentId, virtualNow!, target);
      return { now: target.toISOString(), messages };
    });
  }

  /** Empties the sandbox of people and their history; definitions and what is published stay. 422 for a now behind the year 9899. */
  async reset(environmentId: string, now: Date | null): Promise<SandboxStateView> {
    if (now) withinTime(now, '/now');
    return this.turns.take(environmentId, async () => {
      await this.database.transaction(async (tx) => {
        await clearEnvironment(tx, environmentId);
        if (now) await tx.query('UPDATE environments SET virtual_now = $2 WHERE id = $1', [environmentId, now]);
      });
      return this.state(environmentId);
    });
  }
}

const STATE = `
SELECT e.virtual_now AS now, (SELECT count(*)::integer FROM enrollments r
  WHERE r.environment_id = e.id AND r.state = 'waiting' AND r.clock = 'virtual' AND NOT r.held) AS waiting
FROM environments e WHERE e.id = $1`;
