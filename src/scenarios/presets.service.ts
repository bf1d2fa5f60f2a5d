import { Injectable } from '@nestjs/common';
import type { Scope } from '../platform/database/request-database.js';

/** The scenarios with which every store begins its sandbox. */
export const FIRST_FIVE = [
  'abandoned-cart',
  'abandoned-checkout',
  'order-thank-you',
  'trial-ending',
  'lead-magnet',
] as const;

/** The presets that ship with the project in `templates/<key>/`. */
@Injectable()
export class PresetsService {
  /** Installs every preset as drafts; what the store has already stays as it is. */
  installAll(_storeId: string): Promise<void> {
    throw new Error('not built yet');
  }

  /** Publishes the first five scenarios, and their templates, in this environment. */
  publishFive(_scope: Scope): Promise<void> {
    throw new Error('not built yet');
  }
}
