import type { EntityManager } from 'typeorm';
import { LARGEST_VERSION } from '../domain/largest-version.js';
import type { Problem } from '../domain/problem.js';
import type { Scenario } from '../domain/scenario-schema.js';
import type { Scope } from '../platform/database/request-database.js';
import { NotFound } from '../platform/http/domain-error.js';
import { ScenarioVersionEntity } from './scenario-version.entity.js';
import { scenarioOf } from './scenarios.service.js';

/** The scenario's draft, or a version of it as it was published. Throws NotFound. */
export async function documentOf(
  manager: EntityManager,
  scope: Scope,
  key: string,
  version?: number,
): Promise<unknown> {
  const { draft } = await scenarioOf(manager, scope, key);
  return version === undefined ? draft : versionDocument(manager, scope, key, version);
}

/** Throws NotFound. */
async function versionDocument(
  manager: EntityManager,
  { storeId }: Scope,
  key: string,
  version: number,
): Promise<Scenario> {
  const found =
    version > LARGEST_VERSION
      ? null
      : await manager.findOneBy(ScenarioVersionEntity, { storeId, scenarioKey: key, version });
  if (!found) throw new NotFound(`version ${version} of scenario ${key}`);
  return found.document;
}

/** The first problem with its place: "is required" says nothing alone. */
export function toldFirst([first]: readonly Problem[]): string {
  if (!first) return 'it is not valid';
  return first.pointer === '' ? first.detail : `${first.pointer}: ${first.detail}`;
}
