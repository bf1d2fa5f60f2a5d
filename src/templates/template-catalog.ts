import { Injectable } from '@nestjs/common';
import type { Sql } from '../platform/database/sql.js';

/** Which template a message wants: the version published in its environment, or the one that `folder/name@3` pins. */
export interface TemplateRef {
  readonly environmentId: string;
  readonly key: string;
  readonly pin: number | null;
}

/** The version to render and the locales it has. */
export interface TemplateVersionRef {
  readonly version: number;
  readonly locales: readonly string[];
}

/** Tells the engine which version of a template an environment uses at this moment. */
@Injectable()
export class TemplateCatalog {
  /** One answer a ref, in order; null where nothing is published (or the pinned version does not exist). */
  async publishedVersions(tx: Sql, refs: readonly TemplateRef[]): Promise<readonly (TemplateVersionRef | null)[]> {
    if (refs.length === 0) return [];
    const rows = await tx.query<{ version: number | null; locales: string[] | null }>(PUBLISHED, [
      refs.map((ref) => ref.environmentId),
      refs.map((ref) => ref.key),
      refs.map((ref) => ref.pin),
    ]);
    return rows.map((row) => (row.version === null ? null : { version: row.version, locales: row.locales ?? [] }));
  }
}

const PUBLISHED = `
  SELECT v.version, (SELECT array_agg(l.key ORDER BY l.key) FROM jsonb_object_keys(v.sources) AS l (key)) AS locales
  FROM unnest($1::uuid[], $2::text[], $3::integer[]) WITH ORDINALITY AS ref (environment_id, key, pin, place)
  JOIN environments e ON e.id = ref.environment_id
  LEFT JOIN publications p ON p.environment_id = ref.environment_id AND p.kind = 'template' AND p.key = ref.key
  LEFT JOIN templates t ON t.store_id = e.store_id AND t.key = ref.key
  LEFT JOIN template_versions v ON v.store_id = t.store_id AND v.template_key = t.key
    AND v.version = coalesce(ref.pin, p.version)
  ORDER BY ref.place`;
