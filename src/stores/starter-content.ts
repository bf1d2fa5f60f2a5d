import type { Scope } from '../platform/database/request-database.js';

/** What a new store begins with; scenarios implements it. Both may be repeated. */
export abstract class StarterContent {
  /** Installs every preset as drafts; what the store has already stays as it is. */
  abstract installAll(storeId: string): Promise<unknown>;

  /** Publishes the first five scenarios, and their templates, in this environment. */
  abstract publishFive(scope: Scope): Promise<unknown>;
}
