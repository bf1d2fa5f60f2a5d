import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { EngineDatabase } from '../platform/database/engine-database.js';
import type { CompiledTemplate } from './compile/compiled-template.js';

/** Bytes of compiled versions kept in memory. */
const MAX_BYTES = 64 * 1024 * 1024;

/** Compiled template versions; they never change, so what was read once stays true. */
@Injectable()
export class CompiledVersions {
  private readonly cache = new LRUCache<string, CompiledTemplate>({
    maxSize: MAX_BYTES,
    sizeCalculation: ({ locales }) =>
      Object.values(locales).reduce((sum, { html, text }) => sum + 2 * (html.length + text.length) + 1_000, 1_000),
    fetchMethod: (_, __, { context }) => this.read(context as VersionKey),
  });

  constructor(private readonly database: EngineDatabase) {}

  /** Undefined when the store has no such version. */
  find(storeId: string, templateKey: string, version: number): Promise<CompiledTemplate | undefined> {
    const context: VersionKey = { storeId, templateKey, version };
    return this.cache.fetch(`${storeId} ${templateKey} ${version}`, { context });
  }

  private async read({ storeId, templateKey, version }: VersionKey): Promise<CompiledTemplate | undefined> {
    const [row] = await this.database.query<{ compiled: CompiledTemplate }>(
      'SELECT compiled FROM template_versions WHERE store_id = $1 AND template_key = $2 AND version = $3',
      [storeId, templateKey, version],
    );
    return row?.compiled;
  }
}

interface VersionKey {
  readonly storeId: string;
  readonly templateKey: string;
  readonly version: number;
}
