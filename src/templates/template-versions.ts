import type { EntityManager } from 'typeorm';
import { LARGEST_VERSION } from '../domain/largest-version.js';
import type { Scope } from '../platform/database/request-database.js';
import { NotFound } from '../platform/http/domain-error.js';
import type { CompiledTemplate } from './compile/compiled-template.js';
import type { TemplateSources } from './template-sources.js';
import { TemplateVersionEntity } from './template-version.entity.js';

/** The version of that number, which may be any text of a path; throws NotFound. */
export async function versionOf(
  manager: EntityManager,
  { storeId }: Scope,
  key: string,
  number: string,
): Promise<TemplateVersionEntity> {
  const version = /^[1-9]\d{0,9}$/.test(number) && Number(number) <= LARGEST_VERSION ? Number(number) : null;
  const found =
    version === null ? null : await manager.findOneBy(TemplateVersionEntity, { storeId, templateKey: key, version });
  if (!found) throw new NotFound(`version ${number} of ${key}`);
  return found;
}

/** What was made of that version's sources; throws NotFound. */
export async function compiledVersion(
  manager: EntityManager,
  { storeId }: Scope,
  key: string,
  version: number,
): Promise<CompiledTemplate> {
  const found =
    version > LARGEST_VERSION
      ? null
      : await manager.findOne(TemplateVersionEntity, {
          select: { storeId: true, compiled: true },
          where: { storeId, templateKey: key, version },
        });
  if (!found) throw new NotFound(`version ${version} of ${key}`);
  return found.compiled;
}

/**
 * The newest version if it has these sources and the same was made of them, else a new one. A compiler that has learned something makes
 * a new version of old sources: what is published was read by the rules of today. The caller holds the draft's lock.
 */
export async function insertVersion(
  manager: EntityManager,
  { storeId }: Scope,
  key: string,
  sources: TemplateSources,
  compiled: CompiledTemplate,
): Promise<number> {
  const values = [storeId, key, JSON.stringify(sources), JSON.stringify(compiled)];
  const [newest] = await manager.query<{ version: number; is_same: boolean }[]>(
    `SELECT version, sources = $3::jsonb AND compiled = $4::jsonb AS is_same FROM template_versions
     WHERE store_id = $1 AND template_key = $2 ORDER BY version DESC LIMIT 1`,
    values,
  );
  if (newest?.is_same) return newest.version;
  const version = (newest?.version ?? 0) + 1;
  await manager.query(
    'INSERT INTO template_versions (store_id, template_key, sources, compiled, version) VALUES ($1, $2, $3, $4, $5)',
    [...values, version],
  );
  return version;
}
