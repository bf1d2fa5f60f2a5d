import { Injectable } from '@nestjs/common';
import { RequestDatabase } from '../platform/database/request-database.js';
import type { Caller } from '../platform/http/auth.js';
import { ScenarioRegistry } from '../scenarios/scenario-registry.js';
import { StoresService } from '../stores/stores.service.js';
import { comparedSpan } from './compared-span.js';
import { everyVersion, goalsOf } from './every-version.js';
import { LIFT, READ_ALL } from './lift-sql.js';
import type { LiftView } from './lift.dto.js';
import { type LiftRow, liftView } from './lift-view.js';
import type { AskedSpan } from './send-days.js';

/** What a scenario's letters add, by the people who were held out of it. */
@Injectable()
export class ScenarioLift {
  constructor(
    private readonly requests: RequestDatabase,
    private readonly scenarios: ScenarioRegistry,
    private readonly stores: StoresService,
  ) {}

  /** People whose first letter was due on these days, in the store's zone; throws NotFound for a key that the store does not have. */
  lift(caller: Caller, scenario: string, span: AskedSpan): Promise<LiftView> {
    return this.requests.read(caller, async (sql) => {
      const versions = await everyVersion(sql, this.scenarios, caller.storeId, scenario);
      const { from, to, now } = await comparedSpan(sql, this.stores, caller, span);
      await sql.query(READ_ALL);
      const rows = await sql.query<LiftRow & Record<string, unknown>>(LIFT, [
        caller.environmentId,
        scenario,
        from,
        to,
        now,
        JSON.stringify(versions.map(({ version, compiled }) => ({ version, percent: compiled.scenario.holdout }))),
        goalsOf(versions),
      ]);
      return liftView(scenario, rows);
    });
  }
}
