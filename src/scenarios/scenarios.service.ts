import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { LARGEST_VERSION } from '../domain/largest-version.js';
import { RequestDatabase, type Scope } from '../platform/database/request-database.js';
import { Conflict, NotFound } from '../platform/http/domain-error.js';
import { type PageOf, pageOf, type PageQuery, unknownCursor } from '../platform/http/pages.js';
import { checkDocument, draftOf } from './check-draft.js';
import { publishedIn, removePublications } from './scenario-publications.js';
import { ScenarioVersionEntity } from './scenario-version.entity.js';
import { type ScenarioDraft, ScenarioEntity } from './scenario.entity.js';
import type { ScenarioLine, ScenarioVersionView, ScenarioView } from './scenario.view.js';

/** A run keeps its version for ever: a foreign key guards that. */
const FOREIGN_KEY_VIOLATION = '23503';

/** Numbers only grow, so the newest version's is the last one. Nothing is kept of a scenario that was never published. */
const KEEP_LAST_VERSION = `
INSERT INTO deleted_scenarios (store_id, key, last_version)
SELECT store_id, scenario_key, max(version) FROM scenario_versions WHERE store_id = $1 AND scenario_key = $2
GROUP BY store_id, scenario_key
ON CONFLICT (store_id, key) DO UPDATE SET last_version = excluded.last_version`;

/** Drafts of a store's scenarios. */
@Injectable()
export class ScenariosService {
  constructor(private readonly database: RequestDatabase) {}

  /** The store's scenarios by key, without their drafts. */
  list(scope: Scope, page: PageQuery): Promise<PageOf<ScenarioLine>> {
    const behind = page.after?.[0] ?? '';
    if (typeof behind !== 'string') throw unknownCursor();
    return this.database.run(scope, async (manager) => {
      const rows = await manager
        .createQueryBuilder(ScenarioEntity, 'scenario')
        .where('scenario.storeId = :storeId AND scenario.key > :behind', { storeId: scope.storeId, behind })
        .orderBy('scenario.key')
        .limit(page.limit + 1)
        .getMany();
      const keys = rows.map(({ key }) => key);
      const published = await publishedIn(manager, scope, keys);
      return pageOf(
        rows,
        page,
        ({ key }) => [key],
        ({ key, name, updatedAt }) => ({ key, name, ...published.get(key)!, updatedAt: updatedAt.toISOString() }),
      );
    });
  }

  /** Throws NotFound. */
  get(scope: Scope, key: string): Promise<ScenarioView> {
    return this.database.run(scope, async (manager) => viewOf(manager, scope, await scenarioOf(manager, scope, key)));
  }

  /** Stores a new draft; 422 `draft_invalid`, 409 `key_taken`. */
  create(scope: Scope, document: unknown): Promise<ScenarioView> {
    const draft = draftOf(document);
    return this.database.run(scope, async (manager) => {
      if (!(await insertDraft(manager, scope.storeId, draft)))
        throw new Conflict('key_taken', `there is a scenario ${draft.key} already`);
      return viewOf(manager, scope, await scenarioOf(manager, scope, draft.key));
    });
  }

  /** Stores a preset's draft unless the store has a scenario of that key; true when it was stored. */
  install(storeId: string, document: unknown): Promise<boolean> {
    const draft = draftOf(document);
    // Drafts belong to the store; no environment is looked into.
    return this.database.run({ storeId, environmentId: '' }, (manager) => insertDraft(manager, storeId, draft));
  }

  /** Replaces the draft; what is published stays as it is. Throws NotFound; 422 `draft_invalid`. */
  edit(scope: Scope, key: string, document: unknown): Promise<ScenarioView> {
    return this.database.run(scope, async (manager) => {
      // Whoever deletes it meanwhile is waited for, and then there is none to write.
      await lockScenario(manager, scope, key);
      const known = await scenarioOf(manager, scope, key);
      const draft = draftOf(document, key);
      await manager.save(ScenarioEntity, { ...known, draft, name: draft.name });
      return viewOf(manager, scope, await scenarioOf(manager, scope, key));
    });
  }

  /**
   * Deletes a scenario that runs nowhere and that nobody ever was in; else 409 `published` or `has_history`. Its version numbers
   * are never given again.
   */
  async remove(scope: Scope, key: string): Promise<void> {
    try {
      await this.database.run(scope, async (manager) => {
        await lockScenario(manager, scope, key);
        const { live, sandbox } = (await publishedIn(manager, scope, [key])).get(key)!;
        if ([live, sandbox].some((publication) => publication && publication.state !== 'archived'))
          throw new Conflict('published', `${key} is published; archive it first`);
        await removePublications(manager, scope, key);
        await manager.query(KEEP_LAST_VERSION, [scope.storeId, key]);
        await manager.delete(ScenarioVersionEntity, { storeId: scope.storeId, scenarioKey: key });
        await manager.delete(ScenarioEntity, { storeId: scope.storeId, key });
      });
    } catch (error) {
      if ((error as { code?: string }).code !== FOREIGN_KEY_VIOLATION) throw error;
      throw new Conflict('has_history', `people have been in ${key}; its versions explain what they were sent`);
    }
  }

  /** Published versions, newest first. Throws NotFound. */
  versions(scope: Scope, key: string, page: PageQuery): Promise<PageOf<ScenarioVersionView>> {
    const before = page.after?.[0] ?? LARGEST_VERSION;
    if (!Number.isInteger(before) || Number(before) > LARGEST_VERSION) throw unknownCursor();
    return this.database.run(scope, async (manager) => {
      await scenarioOf(manager, scope, key);
      const rows = await manager
        .createQueryBuilder(ScenarioVersionEntity, 'version')
        .where('version.storeId = :storeId AND version.scenarioKey = :key AND version.version < :before', {
          storeId: scope.storeId,
          key,
          before,
        })
        .orderBy('version.version', 'DESC')
        .limit(page.limit + 1)
        .getMany();
      return pageOf(
        rows,
        page,
        ({ version }) => [version],
        ({ version, createdAt, document }) => ({ version, createdAt: createdAt.toISOString(), document }),
      );
    });
  }
}

/** The store's scenario of that key; throws NotFound. */
export async function scenarioOf(manager: EntityManager, { storeId }: Scope, key: string): Promise<ScenarioEntity> {
  const scenario = await manager.findOneBy(ScenarioEntity, { storeId, key });
  if (!scenario) throw new NotFound(`scenario ${key}`);
  return scenario;
}

/** The same, locked until the commit: whoever publishes, edits or deletes takes turns. Throws NotFound. */
export async function lockScenario(manager: EntityManager, { storeId }: Scope, key: string): Promise<void> {
  const rows = await manager.query<unknown[]>('SELECT 1 FROM scenarios WHERE store_id = $1 AND key = $2 FOR UPDATE', [
    storeId,
    key,
  ]);
  if (rows.length === 0) throw new NotFound(`scenario ${key}`, 'POST /v1/scenarios creates one');
}

async function insertDraft(manager: EntityManager, storeId: string, draft: ScenarioDraft): Promise<boolean> {
  const rows = await manager.query<unknown[]>(
    'INSERT INTO scenarios (store_id, key, name, draft) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING RETURNING key',
    [storeId, draft.key, draft.name, JSON.stringify(draft)],
  );
  return rows.length > 0;
}

async function viewOf(manager: EntityManager, scope: Scope, scenario: ScenarioEntity): Promise<ScenarioView> {
  const { key, name, draft, updatedAt } = scenario;
  const published = (await publishedIn(manager, scope, [key])).get(key)!;
  const checked = checkDocument(draft);
  return {
    key,
    name,
    draft,
    ...published,
    problems: checked.ok ? [] : checked.problems,
    warnings: checked.ok ? checked.warnings : [],
    updatedAt: updatedAt.toISOString(),
  };
}
