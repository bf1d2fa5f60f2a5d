import { Injectable } from '@nestjs/common';
import { nextMidnight, startOfDay } from '../domain/calendar.js';
import type { CompiledScenario } from '../domain/compiled-scenario.js';
import { environmentTime } from '../platform/clock/lane.js';
import { RequestDatabase } from '../platform/database/request-database.js';
import type { Sql } from '../platform/database/sql.js';
import type { Caller } from '../platform/http/auth.js';
import { NotFound } from '../platform/http/domain-error.js';
import { ScenarioRegistry, versionKey } from '../scenarios/scenario-registry.js';
import { StoresService } from '../stores/stores.service.js';
import { LIFT, READ_ALL } from './lift-sql.js';
import type { LiftView } from './lift.dto.js';
import { type LiftRow, liftView } from './lift-view.js';
import { type AskedSpan, sendDays } from './send-days.js';

interface Version {
  readonly version: number;
  readonly compiled: CompiledScenario;
}

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
      const versions = await this.versions(sql, caller.storeId, scenario);
      const now = await environmentTime(sql, caller.environmentId);
      const zone = (await this.stores.settingsOf(sql, [caller.storeId])).get(caller.storeId)?.timezone ?? 'UTC';
      const days = sendDays(span, zone);
      await sql.query(READ_ALL);
      const rows = await sql.query<LiftRow & Record<string, unknown>>(LIFT, [
        caller.environmentId,
        scenario,
        days.from && startOfDay(days.from, zone),
        days.to && nextMidnight(startOfDay(days.to, zone), zone),
        now,
        JSON.stringify(versions.map(({ version, compiled }) => ({ version, percent: compiled.scenario.holdout }))),
        JSON.stringify(versions.flatMap(goalsOf)),
      ]);
      return liftView(scenario, rows);
    });
  }

  private async versions(sql: Sql, storeId: string, key: string): Promise<readonly Version[]> {
    const rows = await sql.query<{ version: number | null }>(VERSIONS, [storeId, key]);
    if (rows.length === 0) throw new NotFound(`scenario ${key}`);
    const refs = rows.flatMap(({ version }) => (version === null ? [] : [{ storeId, key, version }]));
    const compiled = await this.scenarios.versions(sql, refs);
    return refs.flatMap((ref) => {
      const found = compiled.get(versionKey(ref));
      return found ? [{ version: ref.version, compiled: found }] : [];
    });
  }
}

function goalsOf({ version, compiled }: Version): object[] {
  return compiled.goals.map(({ event, withinMs }) => ({ version, type: event, withinMs }));
}

const VERSIONS = `
SELECT v.version
FROM scenarios s
LEFT JOIN scenario_versions v ON v.store_id = s.store_id AND v.scenario_key = s.key
WHERE s.store_id = $1 AND s.key = $2`;
