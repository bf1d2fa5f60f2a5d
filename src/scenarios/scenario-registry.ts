import { Injectable } from '@nestjs/common';
import type { CompiledScenario } from '../domain/compiled-scenario.js';
import type { Lane } from '../platform/clock/lane.js';
import type { Sql } from '../platform/database/sql.js';

/** Names one immutable version of a store's scenario. */
export interface VersionRef {
  readonly storeId: string;
  readonly key: string;
  readonly version: number;
}

/** What an environment runs of one scenario. */
export interface ScenarioPublication {
  readonly key: string;
  readonly version: number;
  readonly state: 'published' | 'paused' | 'archived';
}

/** Everything that an environment runs. */
export interface EnvironmentScenarios {
  readonly storeId: string;
  readonly publications: ReadonlyMap<string, ScenarioPublication>;
  /** Event types that are a goal of any version of a scenario that this environment has published. */
  readonly goalTypes: ReadonlySet<string>;
}

/** Key of a version in the maps that the registry answers. */
export function versionKey(ref: VersionRef): string {
  return `${ref.storeId} ${ref.key} ${ref.version}`;
}

/** What runs where, for the engine: publications cached for a second in the real lane, versions for ever. */
@Injectable()
export class ScenarioRegistry {
  /** What these environments run, by environment id; the sandbox's answer is always fresh. */
  inEnvironments(_tx: Sql, _environmentIds: readonly string[], _lane: Lane): Promise<ReadonlyMap<string, EnvironmentScenarios>> {
    throw new Error('not built yet');
  }

  /** What one environment runs. */
  publications(_tx: Sql, _environmentId: string, _lane: Lane): Promise<EnvironmentScenarios> {
    throw new Error('not built yet');
  }

  /** The environment's published and paused scenarios that this type of event triggers. */
  listening(_tx: Sql, _environmentId: string, _eventType: string, _lane: Lane): Promise<readonly (ScenarioPublication & { readonly compiled: CompiledScenario })[]> {
    throw new Error('not built yet');
  }

  /** One version; throws when it does not exist (a run's version always does). */
  version(_tx: Sql, _storeId: string, _key: string, _version: number): Promise<CompiledScenario> {
    throw new Error('not built yet');
  }

  /** Versions by `versionKey`; an unknown one is absent. */
  versions(_tx: Sql, _refs: readonly VersionRef[]): Promise<ReadonlyMap<string, CompiledScenario>> {
    throw new Error('not built yet');
  }

  /** Forgets what is cached of an environment in which something was just published, paused, resumed or archived. */
  forget(_environmentId: string): void {
    throw new Error('not built yet');
  }
}
