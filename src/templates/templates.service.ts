import { Injectable } from '@nestjs/common';
import { LessThan, MoreThan } from 'typeorm';
import { LARGEST_VERSION } from '../domain/largest-version.js';
import { RequestDatabase, type Scope } from '../platform/database/request-database.js';
import { Conflict, Unprocessable } from '../platform/http/domain-error.js';
import { type PageOf, pageOf, type PageQuery, unknownCursor } from '../platform/http/pages.js';
import { checkDraft } from './check-draft.js';
import { TemplateCompiler } from './template-compiler.js';
import { draftOf, insertDraft, invalid, isSameSources, lockDraft, viewOf } from './template-drafts.js';
import { compiledVersion, insertVersion, versionOf } from './template-versions.js';
import { publishedIn, setPublished } from './template-publications.js';
import type { TemplateSample, TemplateSources } from './template-sources.js';
import { TemplateVersionEntity } from './template-version.entity.js';
import type { TemplateDto } from './template.dto.js';
import { TemplateEntity } from './template.entity.js';
import type {
  TemplateLine,
  TemplatePublicationView,
  TemplateVersionLine,
  TemplateVersionView,
  TemplateView,
} from './template.view.js';

/** Drafts, versions and publications of a store's templates. */
@Injectable()
export class TemplatesService {
  constructor(
    private readonly database: RequestDatabase,
    private readonly compiler: TemplateCompiler,
  ) {}

  /** Stores a preset's template as a draft unless the store has one of that key; true when it was stored. */
  install(storeId: string, key: string, sources: TemplateSources, sample: TemplateSample | null): Promise<boolean> {
    checkDraft(key, sources);
    // Drafts belong to the store; no environment is looked into.
    return this.database.run({ storeId, environmentId: '' }, (manager) =>
      insertDraft(manager, { storeId, key, name: key, draft: sources, sample }),
    );
  }

  list(scope: Scope, page: PageQuery): Promise<PageOf<TemplateLine>> {
    const after = page.after?.[0];
    if (after !== undefined && typeof after !== 'string') throw unknownCursor();
    return this.database.run(scope, async (manager) => {
      const rows = await manager.find(TemplateEntity, {
        where: { storeId: scope.storeId, ...(after === undefined ? {} : { key: MoreThan(after) }) },
        order: { key: 'ASC' },
        take: page.limit + 1,
      });
      const published = await publishedIn(
        manager,
        scope,
        rows.map(({ key }) => key),
      );
      return pageOf(
        rows,
        page,
        ({ key }) => [key],
        (row) => ({
          key: row.key,
          name: row.name,
          locales: Object.keys(row.draft),
          published: published.get(row.key)!,
          updatedAt: row.updatedAt.toISOString(),
        }),
      );
    });
  }

  get(scope: Scope, key: string): Promise<TemplateView> {
    return this.database.run(scope, async (manager) => viewOf(manager, scope, await draftOf(manager, scope, key)));
  }

  /** @throws Unprocessable (`template_invalid`); Conflict (`key_taken`) */
  create(scope: Scope, { key = '', name = key, locales, sample = null }: TemplateDto): Promise<TemplateView> {
    checkDraft(key, locales);
    return this.database.run(scope, async (manager) => {
      const isNew = await insertDraft(manager, { storeId: scope.storeId, key, name, draft: locales, sample });
      if (!isNew) throw new Conflict('key_taken', `there is a template ${key} already`);
      return viewOf(manager, scope, await draftOf(manager, scope, key));
    });
  }

  /** Replaces the draft; what is published stays as it is. */
  edit(scope: Scope, key: string, dto: TemplateDto): Promise<TemplateView> {
    if (dto.key !== undefined && dto.key !== key)
      throw new Unprocessable('key_changed', "a template's key never changes");
    checkDraft(key, dto.locales);
    return this.database.run(scope, async (manager) => {
      // Whoever deletes it meanwhile is waited for, and then there is none to write.
      await lockDraft(manager, scope, key);
      const known = await draftOf(manager, scope, key);
      const { name = known.name, locales, sample = known.sample } = dto;
      return viewOf(manager, scope, await manager.save(TemplateEntity, { ...known, name, draft: locales, sample }));
    });
  }

  /**
   * Its versions stay, for letters are put together of them: a template that gets the same key later goes on behind them.
   * @throws Conflict (`published`) while any environment uses it
   */
  remove(scope: Scope, key: string): Promise<void> {
    return this.database.run(scope, async (manager) => {
      await lockDraft(manager, scope, key);
      const { live, sandbox } = (await publishedIn(manager, scope, [key])).get(key)!;
      if (live !== null || sandbox !== null)
        throw new Conflict('published', `${key} is published and cannot be deleted`);
      await manager.delete(TemplateEntity, { storeId: scope.storeId, key });
    });
  }

  versions(scope: Scope, key: string, page: PageQuery): Promise<PageOf<TemplateVersionLine>> {
    return this.database.run(scope, async (manager) => {
      await draftOf(manager, scope, key);
      const before = page.after?.[0] ?? LARGEST_VERSION;
      if (!Number.isInteger(before) || Number(before) > LARGEST_VERSION) throw unknownCursor();
      const rows = await manager.find(TemplateVersionEntity, {
        where: { storeId: scope.storeId, templateKey: key, version: LessThan(Number(before)) },
        order: { version: 'DESC' },
        take: page.limit + 1,
      });
      return pageOf(
        rows,
        page,
        ({ version }) => [version],
        ({ version, sources, createdAt }) => ({
          version,
          locales: Object.keys(sources),
          createdAt: createdAt.toISOString(),
        }),
      );
    });
  }

  /** A published version with its sources. Throws NotFound. */
  version(scope: Scope, key: string, version: string): Promise<TemplateVersionView> {
    return this.database.run(scope, async (manager) => {
      await draftOf(manager, scope, key);
      const { sources, createdAt, ...found } = await versionOf(manager, scope, key, version);
      return { key, version: found.version, locales: sources, createdAt: createdAt.toISOString() };
    });
  }

  /**
   * Publishes the draft in the scope's environment, as a new immutable version unless the newest one is the same; or an
   * earlier version again, as it was compiled, and then the draft stays as it is.
   * @throws NotFound; Unprocessable (`template_invalid`, with a pointer a problem) when it does not compile
   */
  async publish(scope: Scope, key: string, version?: number): Promise<TemplatePublicationView> {
    if (version !== undefined) return this.goBack(scope, key, version);
    // Compiling takes its time, and no transaction waits for it.
    const { draft } = await this.database.run(scope, (manager) => draftOf(manager, scope, key));
    const outcome = await this.compiler.compile(scope.storeId, draft);
    if (!outcome.ok) throw invalid(key, 'be published', outcome.problems);
    const published = await this.database.run(scope, async (manager) => {
      // Two publishers at once must not both take the next number; and what was compiled may have been deleted since.
      await lockDraft(manager, scope, key);
      // Or edited, and that may be published already: what is older must not come after it.
      if (!isSameSources((await draftOf(manager, scope, key)).draft, draft)) return null;
      const version = await insertVersion(manager, scope, key, draft, outcome.compiled);
      await setPublished(manager, scope, key, version);
      return { key, version, warnings: outcome.problems };
    });
    return published ?? this.publish(scope, key);
  }

  private goBack(scope: Scope, key: string, version: number): Promise<TemplatePublicationView> {
    return this.database.run(scope, async (manager) => {
      await lockDraft(manager, scope, key);
      const { locales } = await compiledVersion(manager, scope, key, version);
      await setPublished(manager, scope, key, version);
      return { key, version, warnings: Object.values(locales).flatMap(({ problems }) => problems) };
    });
  }

  /** Whether the environment can send this template: published there, or, with a pin, a version that exists. */
  isPublished(scope: Scope, key: string, pin: number | null = null): Promise<boolean> {
    return this.database.run(scope, async (manager) => {
      if (pin !== null)
        return (
          (await manager.existsBy(TemplateEntity, { storeId: scope.storeId, key })) &&
          (await manager.existsBy(TemplateVersionEntity, { storeId: scope.storeId, templateKey: key, version: pin }))
        );
      const rows = await manager.query<unknown[]>(
        `SELECT 1 FROM publications WHERE environment_id = $1 AND kind = 'template' AND key = $2 AND state = 'published'`,
        [scope.environmentId, key],
      );
      return rows.length > 0;
    });
  }
}
