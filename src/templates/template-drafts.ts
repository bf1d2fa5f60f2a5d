import type { EntityManager } from 'typeorm';
import type { Scope } from '../platform/database/request-database.js';
import { NotFound, Unprocessable } from '../platform/http/domain-error.js';
import type { TemplateProblem } from './compile/compiled-template.js';
import { publishedIn } from './template-publications.js';
import type { TemplateSources } from './template-sources.js';
import { TemplateEntity } from './template.entity.js';
import type { TemplateView } from './template.view.js';

/** The draft of that key; throws NotFound. */
export async function draftOf(manager: EntityManager, { storeId }: Scope, key: string): Promise<TemplateEntity> {
  const draft = await manager.findOneBy(TemplateEntity, { storeId, key });
  if (!draft) throw new NotFound(`template ${key}`);
  return draft;
}

/** Locks the draft of that key until the commit: whoever publishes, edits or deletes takes turns. Throws NotFound. */
export async function lockDraft(manager: EntityManager, { storeId }: Scope, key: string): Promise<void> {
  const rows = await manager.query<unknown[]>('SELECT 1 FROM templates WHERE store_id = $1 AND key = $2 FOR UPDATE', [
    storeId,
    key,
  ]);
  if (rows.length === 0) throw new NotFound(`template ${key}`, 'POST /v1/templates creates one');
}

/** False when the store has a template of that key. */
export async function insertDraft(
  manager: EntityManager,
  { storeId, key, name, draft, sample }: Pick<TemplateEntity, 'storeId' | 'key' | 'name' | 'draft' | 'sample'>,
): Promise<boolean> {
  const rows = await manager.query<unknown[]>(
    `INSERT INTO templates (store_id, key, name, draft, sample) VALUES ($1, $2, $3, $4, $5)
     ON CONFLICT (store_id, key) DO NOTHING RETURNING key`,
    [storeId, key, name, JSON.stringify(draft), sample && JSON.stringify(sample)],
  );
  return rows.length > 0;
}

export async function viewOf(manager: EntityManager, scope: Scope, row: TemplateEntity): Promise<TemplateView> {
  const published = (await publishedIn(manager, scope, [row.key])).get(row.key)!;
  const { key, name, draft, sample, updatedAt } = row;
  return { key, name, locales: draft, sample, published, updatedAt: updatedAt.toISOString() };
}

/** The refusal of a template that does not compile, or cannot be filled in: all errors of all locales, and no advice. */
export function invalid(
  key: string,
  cannot: 'be published' | 'be sent',
  problems: readonly TemplateProblem[],
): Unprocessable {
  const errors = problems
    .filter(({ severity }) => severity === 'error')
    .map(({ pointer, code, detail, line }) => ({
      pointer,
      code,
      detail: line === undefined ? detail : `line ${line}: ${detail}`,
    }));
  return new Unprocessable(
    'template_invalid',
    `${key} cannot ${cannot}: ${errors[0]?.detail ?? 'it does not compile'}`,
    errors,
  );
}

/** jsonb keeps no order of keys. */
export function isSameSources(a: TemplateSources, b: TemplateSources): boolean {
  const locales = Object.keys(a);
  return locales.length === Object.keys(b).length && locales.every((locale) => a[locale] === b[locale]);
}
