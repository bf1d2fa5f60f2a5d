import { Injectable } from '@nestjs/common';
import type { ContactRef } from '../contacts/contact-facts.js';
import type { CompiledScenario } from '../domain/compiled-scenario.js';
import { arrayText } from '../platform/database/array-text.js';
import type { Sql } from '../platform/database/sql.js';
import { ScenarioRegistry, type VersionRef, versionKey } from '../scenarios/scenario-registry.js';
import type { RunRef } from './ports.js';
import { RUN_COLUMNS, type RunIdentity, type RunRow, storedRun, type StoredRun } from './stored-run.js';
import { WorkingRun } from './working-run.js';

/** Locks runs and makes them ready to be decided about. Locks are taken in the order of (environment_id, id). */
@Injectable()
export class RunReader {
  constructor(private readonly registry: ScenarioRegistry) {}

  /** The runs of these contacts that have not ended. The caller holds the contacts' locks. */
  async lockRunning(tx: Sql, contacts: readonly ContactRef[]): Promise<WorkingRun[]> {
    if (contacts.length === 0) return [];
    const columns = [
      arrayText(contacts, ({ environmentId }) => environmentId),
      arrayText(contacts, ({ contactId }) => contactId),
    ];
    return this.ready(tx, await tx.query<RunRow>(LOCK_RUNNING, columns));
  }

  /** These runs, ended ones too; an unknown one is absent. The caller holds their contacts' locks. */
  async lock(tx: Sql, refs: readonly RunRef[]): Promise<WorkingRun[]> {
    if (refs.length === 0) return [];
    const distinct = new Map(refs.map(({ environmentId, enrollmentId }) => [enrollmentId, environmentId]));
    const columns = [arrayText(distinct.values(), (id) => id), arrayText(distinct.keys(), (id) => id)];
    return this.ready(tx, await tx.query<RunRow>(LOCK, columns));
  }

  private async ready(tx: Sql, rows: readonly RunRow[]): Promise<WorkingRun[]> {
    const runs = rows.map(storedRun);
    const versions = await this.versionsOf(tx, runs);
    return runs.map((run) => new WorkingRun(run, compiledOf(versions, run.identity) ?? null, false));
  }

  /** The compiled versions of these runs, for `compiledOf`. */
  versionsOf(tx: Sql, runs: readonly StoredRun[]): Promise<ReadonlyMap<string, CompiledScenario>> {
    return this.registry.versions(
      tx,
      runs.map(({ identity }) => refOf(identity)),
    );
  }
}

/** The version that a run is pinned to; undefined when it cannot be read any more. */
export function compiledOf(
  versions: ReadonlyMap<string, CompiledScenario>,
  identity: RunIdentity,
): CompiledScenario | undefined {
  return versions.get(versionKey(refOf(identity)));
}

function refOf({ storeId, scenarioKey, version }: RunIdentity): VersionRef {
  return { storeId, key: scenarioKey, version };
}

const LOCK_RUNNING = `
SELECT ${RUN_COLUMNS} FROM unnest($1::uuid[], $2::uuid[]) AS mine (environment_id, contact_id)
JOIN enrollments r ON r.environment_id = mine.environment_id AND r.contact_id = mine.contact_id
WHERE r.state <> 'ended' ORDER BY r.environment_id, r.id FOR NO KEY UPDATE OF r`;

const LOCK = `
SELECT held.*
FROM (SELECT * FROM unnest($1::uuid[], $2::uuid[]) AS q (environment_id, id) ORDER BY environment_id, id) asked
CROSS JOIN LATERAL (SELECT ${RUN_COLUMNS} FROM enrollments r
  WHERE r.environment_id = asked.environment_id AND r.id = asked.id LIMIT 1 FOR NO KEY UPDATE) held`;
