import { Injectable } from '@nestjs/common';
import type { Hit } from './hit.js';

/** Makes hits durable, many in one statement. */
@Injectable()
export class EngagementWriter {
  /** Resolves once the hit is in PostgreSQL or, while that is away, in the fsynced spool. Never rejects. */
  write(hit: Hit): Promise<void> {
    throw new Error(`not ready for ${hit.id}`);
  }
}
