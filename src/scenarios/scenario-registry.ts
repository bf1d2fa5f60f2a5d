import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { compileScenario } from '../domain/compile-scenario.js';
import type { CompiledScenario } from '../domain/compiled-scenario.js';
import { parseScenario } from '../domain/scenario-schema.js';
import type { Lane } from '../platform/clock/lane.js';
import type { Sql } from '../platform/database/sql.js';
import { logger } from '../platform/logging/logger.js';
import {
  type EnvironmentScenarios,
  readEnvironmentScenarios,
  type ScenarioPublication,
} from './environment-scenarios.js';

const PUBLICATIONS_CACHED_MS = 1_000;
const CACHED_ENVIRONMENTS = 10_000;
const CACHED_VERSIONS = 2_000;

/** Names one immutable version of a store's scenario. */
export interface VersionRef {
  readonly storeId: string;
  readonly key: string;
  readonly version: number;
}

/** A scenario that listens to an event. */
export interface ListeningScenario {
  readonly publication: ScenarioPublication;
  readonly compiled: CompiledScenario;
}

/** Key of a version in the maps that the registry answers. */
export function versionKey(ref: VersionRef): string {
  return `${ref.storeId} ${ref.key} ${ref.version}`;
}

/** What runs where, for the engine: publications cached for a second in the real lane, versions, which never change, for good. */
@Injectable()
export class ScenarioRegistry {
  private readonly environments = new LRUCache<string, EnvironmentScenarios>({
    max: CACHED_ENVIRONMENTS,
    ttl: PUBLICATIONS_CACHED_MS,
  });
  private readonly log = logger(ScenarioRegistry.name);
  private readonly compiled = new LRUCache<string, CompiledScenario>({ max: CACHED_VERSIONS });

  /** What these environments run, by environment id. In a virtual lane always fresh: between two calls anything may change. */
  async inEnvironments(
    tx: Sql,
    environmentIds: Iterable<string>,
    lane: Lane,
  ): Promise<ReadonlyMap<string, EnvironmentScenarios>> {
    const found = new Map<string, EnvironmentScenarios>();
    const missing: string[] = [];
    for (const id of new Set(environmentIds)) {
      const cached = this.environments.get(id);
      if (cached) found.set(id, cached);
      else missing.push(id);
    }
    for (const scenarios of await readEnvironmentScenarios(tx, missing)) {
      found.set(scenarios.environmentId, scenarios);
      if (lane.clock === 'real') this.environments.set(scenarios.environmentId, scenarios);
    }
    return found;
  }

  /** What one environment runs of each scenario, by scenario key. */
  async publications(tx: Sql, environmentId: string, lane: Lane): Promise<ReadonlyMap<string, ScenarioPublication>> {
    const found = await this.inEnvironments(tx, [environmentId], lane);
    return found.get(environmentId)?.publications ?? new Map<string, ScenarioPublication>();
  }

  /** The environment's published and paused scenarios that this type of event triggers. */
  async listening(
    tx: Sql,
    environmentId: string,
    eventType: string,
    lane: Lane,
  ): Promise<readonly ListeningScenario[]> {
    const scenarios = (await this.inEnvironments(tx, [environmentId], lane)).get(environmentId);
    if (!scenarios) return [];
    const versions = await this.versions(tx, inUse(scenarios));
    return listeningTo(scenarios, versions, eventType);
  }

  /** Versions by `versionKey`; one that is unknown, or cannot be read any more, is absent. */
  async versions(tx: Sql, refs: Iterable<VersionRef>): Promise<ReadonlyMap<string, CompiledScenario>> {
    const found = new Map<string, CompiledScenario>();
    const missing = new Map<string, VersionRef>();
    for (const ref of refs) {
      const cached = this.compiled.get(versionKey(ref));
      if (cached) found.set(versionKey(ref), cached);
      else missing.set(versionKey(ref), ref);
    }
    if (missing.size === 0) return found;
    const rows = await tx.query<VersionRef & { readonly document: unknown }>(READ_VERSIONS, [
      JSON.stringify([...missing.values()]),
    ]);
    for (const row of rows) {
      const compiled = recompile(row.document);
      if (!compiled) {
        this.log.error('a stored scenario version cannot be read any more', {
          event: 'scenario.unreadable',
          ...row,
          document: undefined,
        });
        continue;
      }
      this.compiled.set(versionKey(row), compiled);
      found.set(versionKey(row), compiled);
    }
    return found;
  }

  /** Forgets what is cached of an environment in which something was just published, paused, resumed or archived. */
  forget(environmentId: string): void {
    this.environments.delete(environmentId);
  }
}

/** The versions that an environment's listening scenarios run. */
export function inUse(scenarios: EnvironmentScenarios): VersionRef[] {
  return [...scenarios.publications.values()]
    .filter(({ state }) => state !== 'archived')
    .map(({ key, version }) => ({ storeId: scenarios.storeId, key, version }));
}

/** Those of an environment's scenarios that this type of event triggers; a paused one still answers (`paused`). */
export function listeningTo(
  scenarios: EnvironmentScenarios,
  versions: ReadonlyMap<string, CompiledScenario>,
  eventType: string,
): ListeningScenario[] {
  const listening: ListeningScenario[] = [];
  for (const publication of scenarios.publications.values()) {
    const compiled = versions.get(versionKey({ ...publication, storeId: scenarios.storeId }));
    if (publication.state !== 'archived' && compiled?.triggerEvent === eventType)
      listening.push({ publication, compiled });
  }
  return listening;
}

/** Only a version published under laxer rules can fail; it must not stop the work of every other store. */
function recompile(document: unknown): CompiledScenario | null {
  const parsed = parseScenario(document);
  const compiled = parsed.ok ? compileScenario(parsed.scenario) : parsed;
  return compiled.ok && 'compiled' in compiled ? compiled.compiled : null;
}

const READ_VERSIONS = `
SELECT v.store_id AS "storeId", v.scenario_key AS key, v.version, v.document
FROM jsonb_to_recordset($1::jsonb) AS asked("storeId" uuid, key text, version integer)
JOIN scenario_versions v ON v.store_id = asked."storeId" AND v.scenario_key = asked.key AND v.version = asked.version`;
