import { Injectable } from '@nestjs/common';
import type { Lane } from '../platform/clock/lane.js';
import { EngineDatabase } from '../platform/database/engine-database.js';
import { RequestDatabase } from '../platform/database/request-database.js';
import type { Sql } from '../platform/database/sql.js';
import type { Caller } from '../platform/http/auth.js';
import { NotFound } from '../platform/http/domain-error.js';
import { ScenarioRegistry, versionKey } from '../scenarios/scenario-registry.js';
import { EnvironmentsService } from '../stores/environments.service.js';
import { defaultSettings, type StoreSettings } from '../stores/store-settings.js';
import { StoresService } from '../stores/stores.service.js';
import { Figures } from './figures.js';
import { type FiguresGroup, type FiguresQuery, readFigures } from './figures-reader.js';
import { type AskedSpan, sendDays } from './send-days.js';
import { type PublishedStep, statsTable, type VersionStep } from './stats-table.js';
import type { StatsTableView } from './stats-table.view.js';

/** What a caller asks of the figures of an environment. */
export type StatsRequest = Pick<FiguresQuery, 'scenario' | 'by'> & {
  readonly span: AskedSpan;
  readonly machine: boolean;
};

/** The statistics of a store's scenarios in the caller's environment. */
@Injectable()
export class ScenarioStats {
  constructor(
    private readonly engine: EngineDatabase,
    private readonly requests: RequestDatabase,
    private readonly environments: EnvironmentsService,
    private readonly scenarios: ScenarioRegistry,
    private readonly stores: StoresService,
    private readonly figures: Figures,
  ) {}

  /** The table of one scenario, or of all; throws NotFound for a key that the store does not have. */
  async table(caller: Caller, request: StatsRequest): Promise<StatsTableView> {
    const lane = await this.environments.lane(this.engine, caller.environmentId);
    // In a sandbox nobody sweeps: what was received since the last call is counted here.
    if (lane.clock === 'virtual') await this.figures.apply(lane);
    return this.requests.read(caller, async (sql) => {
      const { timezone, currency } = await this.settings(sql, caller.storeId);
      const days = sendDays(request.span, timezone);
      const groups = await readFigures(sql, { ...request, ...days, environmentId: caller.environmentId });
      await ensureKnown(sql, caller.storeId, request.scenario, groups);
      const steps = await this.publishedSteps(sql, caller, lane, request.scenario);
      const versions = request.by === 'version' ? await this.versionSteps(sql, caller.storeId, groups) : [];
      return statsTable(groups, steps, { ...request, versions, currency });
    });
  }

  private async settings(sql: Sql, storeId: string): Promise<StoreSettings> {
    return (await this.stores.settingsOf(sql, [storeId])).get(storeId) ?? defaultSettings('');
  }

  private async versionSteps(sql: Sql, storeId: string, groups: readonly FiguresGroup[]): Promise<VersionStep[]> {
    const refs = groups.flatMap(({ scenario, value }) =>
      scenario === null ? [] : [{ storeId, key: scenario, version: Number(value) }],
    );
    const versions = new Map(refs.map((ref) => [versionKey(ref), ref]));
    const compiled = await this.scenarios.versions(sql, versions.values());
    return [...versions].flatMap(([name, { key, version }]) =>
      (compiled.get(name)?.emailSteps ?? []).map(({ stepId: step, ...place }) => ({
        scenario: key,
        step,
        ...place,
        version,
      })),
    );
  }

  private async publishedSteps(
    sql: Sql,
    caller: Caller,
    lane: Lane,
    scenario: string | null,
  ): Promise<PublishedStep[]> {
    const published = await this.scenarios.publications(sql, caller.environmentId, lane);
    const refs = [...published.values()]
      .filter(({ key }) => scenario === null || key === scenario)
      .map(({ key, version }) => ({ storeId: caller.storeId, key, version }));
    // One that cannot be read any more has its letters in the table, and keeps nobody from the others'.
    const compiled = await this.scenarios.versions(sql, refs);
    return refs.flatMap((ref) =>
      (compiled.get(versionKey(ref))?.emailSteps ?? []).map(({ stepId: step, ...place }) => ({
        scenario: ref.key,
        step,
        ...place,
      })),
    );
  }
}

async function ensureKnown(
  sql: Sql,
  storeId: string,
  key: string | null,
  groups: readonly FiguresGroup[],
): Promise<void> {
  if (key === null || groups.length > 0) return;
  const [known] = await sql.query('SELECT 1 FROM scenarios WHERE store_id = $1 AND key = $2', [storeId, key]);
  if (!known) throw new NotFound(`scenario ${key}`);
}
