import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { CompiledScenario } from '../domain/compiled-scenario.js';
import { RequestDatabase, type Scope } from '../platform/database/request-database.js';
import { Conflict, Unprocessable } from '../platform/http/domain-error.js';
import { checkDocument } from './check-draft.js';
import { documentOf, toldFirst } from './scenario-documents.js';
import { publicationOf } from './scenario-publications.js';
import { scenarioOf } from './scenarios.service.js';

/** Which state of a scenario is meant: its draft, what the caller's environment runs of it, or an earlier version. */
export type Edition = 'draft' | 'published' | number;

/** Scenarios made ready to run without being published. */
@Injectable()
export class RunnableScenarios {
  constructor(private readonly database: RequestDatabase) {}

  /**
   * Reads a scenario and checks all that its document tells by itself; its letters' templates are not asked for.
   * Throws NotFound; 409 `not_published` where nothing of it runs in the caller's environment; 422 `scenario_invalid` with a pointer a
   * problem.
   */
  async compiled(scope: Scope, key: string, edition: Edition): Promise<CompiledScenario> {
    const document = await this.database.run(scope, async (manager) => {
      const version = edition === 'published' ? await publishedVersion(manager, scope, key) : edition;
      return documentOf(manager, scope, key, version === 'draft' ? undefined : version);
    });
    const checked = checkDocument(document);
    if (checked.ok) return checked.compiled;
    const { problems } = checked;
    throw new Unprocessable('scenario_invalid', `${key} cannot run: ${toldFirst(problems)}`, problems);
  }
}

async function publishedVersion(manager: EntityManager, scope: Scope, key: string): Promise<number> {
  await scenarioOf(manager, scope, key);
  const known = await publicationOf(manager, scope, key);
  if (!known || known.state === 'archived')
    throw new Conflict('not_published', `${key} does not run in this environment; publish it first`);
  return known.version;
}
