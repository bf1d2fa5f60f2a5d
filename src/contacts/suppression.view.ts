import { Instant } from '../platform/http/described.js';
import type { SuppressionReason } from './suppressions.js';

/** A blocked address as the API shows it. */
export class SuppressionView {
  /** As it was written when it was blocked; of somebody who was erased as it was asked for. */
  readonly email!: string;
  /** Why nothing is sent to it. The first reason stays. */
  readonly reason!: SuppressionReason;
  /** When it was blocked; in a sandbox by its own time. */
  @Instant()
  readonly createdAt!: string;
}
