import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { CompiledScenario } from '../domain/compiled-scenario.js';
import type { Problem } from '../domain/problem.js';
import type { Scenario } from '../domain/scenario-schema.js';
import { RequestDatabase, type Scope } from '../platform/database/request-database.js';
import { Conflict, Unprocessable } from '../platform/http/domain-error.js';
import { TemplatesService } from '../templates/templates.service.js';
import { checkDocument, type SoundDocument } from './check-draft.js';
import { ScenarioRuns } from './ports.js';
import { documentOf, toldFirst } from './scenario-documents.js';
import { lockPublication, setPublication } from './scenario-publications.js';
import { ScenarioRegistry } from './scenario-registry.js';
import type { PublicationView, PublishedView, PublishingView } from './scenario.view.js';
import { lockScenario, scenarioOf } from './scenarios.service.js';

/** Says what runs in the caller's environment. */
@Injectable()
export class ScenarioPublisher {
  constructor(
    private readonly database: RequestDatabase,
    private readonly templates: TemplatesService,
    private readonly registry: ScenarioRegistry,
    private readonly runs: ScenarioRuns,
  ) {}

  /**
   * Publishes the draft, or an older version again: whoever enters from now on enters that one; people in flight finish
   * on theirs. A document equal to the newest version makes no new one. A paused scenario stays paused.
   * Throws NotFound; 422 `scenario_invalid` with a pointer a problem; 409 `runs_ending` while an archived scenario still has runs.
   */
  async publish(scope: Scope, key: string, version?: number): Promise<PublishingView> {
    const document = await this.database.run(scope, (manager) => documentOf(manager, scope, key, version));
    const { compiled, warnings } = await this.check(scope, key, document);
    const wasArchived = await this.endArchived(scope, key);
    const published = await this.database.run(scope, async (manager) => {
      // Two publishers at once must not both take the next number; and what was checked may have been deleted since.
      await lockScenario(manager, scope, key);
      const latest = await documentOf(manager, scope, key, version);
      // Or edited, and that may be published already: what is older must not come after it.
      if (JSON.stringify(latest) !== JSON.stringify(document)) return null;
      const known = await lockPublication(manager, scope, key);
      if (known?.state === 'archived' && !wasArchived) throw runsEnding(key);
      const next: PublicationView = {
        version: version ?? (await versionOf(manager, scope, compiled.scenario)),
        state: known?.state === 'paused' ? 'paused' : 'published',
      };
      await setPublication(manager, scope, key, next);
      return { key, ...next, warnings };
    });
    if (!published) return this.publish(scope, key, version);
    this.registry.forget(scope.environmentId);
    return published;
  }

  /** Nobody enters and nothing goes out until `resume`; what comes due is held. 409 `not_published`. */
  pause(scope: Scope, key: string): Promise<PublishedView> {
    return this.change(scope, key, 'paused');
  }

  /** Lets everything go on that the pause held; steps that are late by now follow their `late` rules. 409 `not_published`. */
  async resume(scope: Scope, key: string): Promise<PublishedView> {
    const published = await this.change(scope, key, 'published');
    await this.runs.release(scope.environmentId, key);
    return published;
  }

  /** Nobody enters any more, running runs end and what they still had to send is cancelled. 409 `not_published`. */
  async archive(scope: Scope, key: string): Promise<PublishedView> {
    const published = await this.change(scope, key, 'archived');
    await this.runs.archive(scope.environmentId, key);
    return published;
  }

  /**
   * Ends what an archiving has left, and says whether there was one: once the scenario is published again nobody could tell those runs
   * from the ones that enter anew.
   */
  private async endArchived(scope: Scope, key: string): Promise<boolean> {
    const known = await this.database.run(scope, (manager) => lockPublication(manager, scope, key));
    if (known?.state !== 'archived') return false;
    if (!(await this.runs.archive(scope.environmentId, key))) throw runsEnding(key);
    return true;
  }

  private async change(scope: Scope, key: string, state: PublicationView['state']): Promise<PublishedView> {
    const published = await this.database.run(scope, async (manager) => {
      await scenarioOf(manager, scope, key);
      const known = await lockPublication(manager, scope, key);
      if (!known || (known.state === 'archived' && state !== 'archived'))
        throw new Conflict('not_published', `${key} does not run in this environment; publish it first`);
      const next = { version: known.version, state };
      await setPublication(manager, scope, key, next);
      return { key, ...next };
    });
    this.registry.forget(scope.environmentId);
    return published;
  }

  private async check(scope: Scope, key: string, document: unknown): Promise<SoundDocument> {
    const checked = checkDocument(document);
    const problems = checked.ok ? await this.missingTemplates(scope, checked.compiled) : checked.problems;
    if (!checked.ok || problems.length > 0)
      throw new Unprocessable('scenario_invalid', `${key} cannot be published: ${toldFirst(problems)}`, problems);
    return checked;
  }

  private async missingTemplates(scope: Scope, { steps }: CompiledScenario): Promise<Problem[]> {
    const problems: Problem[] = [];
    for (const [index, step] of steps.entries())
      if (step.type === 'email' && !(await this.templates.isPublished(scope, step.template, step.templatePin)))
        problems.push({
          pointer: `/steps/${index}/template`,
          code: 'template_not_published',
          detail: `the template ${step.step.template} is not published in this environment`,
        });
    return problems;
  }
}

function runsEnding(key: string): Conflict {
  return new Conflict(
    'runs_ending',
    `${key} was archived and its runs are still being ended; publish it when they are`,
  );
}

/** The newest version if it says the same, else a new one; its number goes on behind those of a deleted scenario of this key. */
async function versionOf(manager: EntityManager, { storeId }: Scope, document: Scenario): Promise<number> {
  const { key } = document;
  const json = JSON.stringify(document);
  const [newest] = await manager.query<{ version: number; is_same: boolean }[]>(
    `SELECT version, document = $3::jsonb AS is_same FROM scenario_versions WHERE store_id = $1 AND scenario_key = $2
     ORDER BY version DESC LIMIT 1`,
    [storeId, key, json],
  );
  if (newest?.is_same) return newest.version;
  const version = (newest?.version ?? (await lastDeleted(manager, storeId, key))) + 1;
  await manager.query(
    'INSERT INTO scenario_versions (store_id, scenario_key, version, document) VALUES ($1, $2, $3, $4)',
    [storeId, key, version, json],
  );
  return version;
}

/** The last number that deleted scenarios of this key had; 0 when there was none. */
async function lastDeleted(manager: EntityManager, storeId: string, key: string): Promise<number> {
  const [deleted] = await manager.query<{ last_version: number }[]>(
    'SELECT last_version FROM deleted_scenarios WHERE store_id = $1 AND key = $2',
    [storeId, key],
  );
  return deleted?.last_version ?? 0;
}
