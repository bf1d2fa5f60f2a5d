import { Injectable } from '@nestjs/common';
import type { Scope } from '../platform/database/request-database.js';
import type { TemplateSample, TemplateSources } from './template-sources.js';

/** What publishing did: the version now used in the caller's environment. */
export interface Publication {
  readonly key: string;
  readonly version: number;
}

/** Drafts, versions and publications of a store's templates. */
@Injectable()
export class TemplatesService {
  /** Stores a preset's template as a draft unless the store has one of that key; true when it was stored. */
  install(storeId: string, key: string, sources: TemplateSources, sample: TemplateSample | null): Promise<boolean> {
    return Promise.reject(new Error(`not built: ${storeId} ${key} ${Object.keys(sources).length} ${!!sample}`));
  }

  /**
   * Publishes the draft in the scope's environment, as a new immutable version unless the newest one says the same.
   * @throws NotFound; Unprocessable (`template_invalid`, with a pointer a problem) when it does not compile
   */
  publish(scope: Scope, key: string): Promise<Publication> {
    return Promise.reject(new Error(`not built: ${scope.storeId} ${key}`));
  }

  /** Whether the environment can send this template: published there, or, with a pin, a version that exists. */
  isPublished(scope: Scope, key: string, pin: number | null = null): Promise<boolean> {
    return Promise.reject(new Error(`not built: ${scope.storeId} ${key} ${pin}`));
  }
}
