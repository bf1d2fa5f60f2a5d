import { Injectable } from '@nestjs/common';
import { EngineDatabase } from '../platform/database/engine-database.js';

/** What a sandbox has to do, as it stands. */
export interface Agenda {
  /** Events were received that are not applied yet. */
  readonly hasEvents: boolean;
  /** When the next run's wait is over, null when none waits; runs of a paused scenario do not count. */
  readonly runAt: Date | null;
  /** When the next letter is due, one that is to be tried again at once; null when there is none. */
  readonly letterAt: Date | null;
  /** Hits are stored that are not counted on their letters yet. */
  readonly hasHits: boolean;
}

/** Looks what a sandbox has to do: one statement of index look-ups, where each stage asked for itself would cost ten. */
@Injectable()
export class SandboxAgenda {
  constructor(private readonly database: EngineDatabase) {}

  /** @param now the sandbox's */
  async read(environmentId: string, now: Date): Promise<Agenda> {
    const [row] = await this.database.query<{ [K in keyof Agenda]: Agenda[K] }>(READ, [environmentId, now]);
    return row!;
  }

  /** Whether a person has several marketing letters that are due, of which restraint may let only one go. */
  async hasRivals(environmentId: string, now: Date): Promise<boolean> {
    return (await this.database.query(RIVALS, [environmentId, now])).length > 0;
  }
}

/** When the next thing happens that is due at a time, null when nothing waits. */
export function nextDueAt({ runAt, letterAt }: Pick<Agenda, 'runAt' | 'letterAt'>): Date | null {
  return runAt && letterAt ? (runAt < letterAt ? runAt : letterAt) : (runAt ?? letterAt);
}

const READ = `
SELECT
  EXISTS (SELECT FROM storefront_events WHERE environment_id = $1 AND clock = 'virtual' AND processed_at IS NULL) AS "hasEvents",
  (SELECT min(due_at) FROM enrollments
    WHERE environment_id = $1 AND state = 'waiting' AND clock = 'virtual' AND NOT held) AS "runAt",
  least(
    (SELECT min(due_at) FROM messages WHERE environment_id = $1 AND clock = 'virtual' AND state = 'planned' AND NOT held),
    (SELECT $2::timestamptz FROM messages WHERE environment_id = $1 AND clock = 'virtual' AND state = 'retry' LIMIT 1)) AS "letterAt",
  EXISTS (SELECT FROM uncounted_hits WHERE environment_id = $1) AS "hasHits"`;

const RIVALS = `
SELECT 1 FROM messages
WHERE environment_id = $1 AND clock = 'virtual' AND state = 'planned' AND NOT held AND due_at <= $2 AND message_class = 'marketing'
GROUP BY contact_id HAVING count(*) > 1 LIMIT 1`;
