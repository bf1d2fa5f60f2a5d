import { Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { atMost } from '../platform/at-most.js';
import { logger } from '../platform/logging/logger.js';
import { EngagementStore } from './engagement-store.js';
import { GroupCommit } from './group-commit.js';
import type { Hit } from './hit.js';
import { HitsOnDisk } from './hits-on-disk.js';
import { Spool } from './spool.js';

const MAX_GROUP = 500;
/** Two, so that one group is received and judged while the other is being written. */
const MAX_STATEMENTS = 2;
/** Groups that may wait for PostgreSQL before hits go to the spool instead: a slow database must not eat the memory. */
const MAX_BACKLOG = 20;
/** A recipient waits for a page at most so long because of us. */
const PATIENCE_MS = 1_000;
const RECOVERY_MS = 500;

/**
 * Makes hits durable, many in one statement. When a statement fails or takes too long the circuit opens: from then on
 * hits go to the spool at once, until everything spooled is in PostgreSQL again. A statement of unknown outcome is safe
 * to repeat, because a hit's id is its own.
 */
@Injectable()
export class EngagementWriter implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly log = logger(EngagementWriter.name);
  private readonly commits = new GroupCommit<Hit>((hits) => this.commit(hits), MAX_GROUP, MAX_STATEMENTS);
  private away = false;
  private replaying: Promise<void> | null = null;
  private timer: NodeJS.Timeout | null = null;
  private stopped = false;

  constructor(
    private readonly store: EngagementStore,
    private readonly spool: Spool,
    private readonly onDisk: HitsOnDisk,
  ) {}

  /** Hits left by a crash or an outage are written as soon as PostgreSQL answers. */
  onApplicationBootstrap(): void {
    this.recoverSoon();
  }

  async onApplicationShutdown(): Promise<void> {
    this.stopped = true;
    if (this.timer) clearTimeout(this.timer);
    await this.replaying?.catch(() => undefined);
    await this.spool.close();
  }

  /** Resolves once the hit is in PostgreSQL or, while that is away, in the fsynced spool. Never rejects. */
  write(hit: Hit): Promise<void> {
    return this.away || this.commits.backlog >= MAX_BACKLOG ? this.keep([hit]) : this.commits.add(hit);
  }

  /** Writes everything spooled to PostgreSQL, once; throws while PostgreSQL is away. One at a time in this process. */
  replay(): Promise<void> {
    return (this.replaying ??= this.replayAll().finally(() => (this.replaying = null)));
  }

  private async commit(hits: readonly Hit[]): Promise<void> {
    if (this.away) return this.keep(hits);
    try {
      await atMost(this.store.record(hits), PATIENCE_MS, tooSlow);
    } catch (error) {
      if (!this.away)
        this.log.warn('Hits go to the spool', { event: 'tracking.spooling', reason: (error as Error).message });
      this.away = true;
      await this.keep(hits);
      this.recoverSoon();
    }
  }

  private async keep(hits: readonly Hit[]): Promise<void> {
    try {
      await Promise.all(hits.map((hit) => this.spool.keep(hit).then(() => this.onDisk.keep(hit))));
      this.recoverSoon();
    } catch (error) {
      // Neither the database nor the disk takes it: the recipient gets the page all the same.
      this.log.error('Hits are lost', { event: 'tracking.hits_lost', hits: hits.length }, error);
    }
  }

  private recoverSoon(): void {
    if (this.timer || this.stopped) return;
    this.timer = setTimeout(() => {
      this.timer = null;
      this.replay().then(
        () => undefined,
        () => this.recoverSoon(),
      );
    }, RECOVERY_MS).unref();
  }

  private async replayAll(): Promise<void> {
    await this.replayFiles();
    if (!this.away) return;
    await this.store.probe();
    this.away = false;
    this.log.info('Hits go to PostgreSQL again', { event: 'tracking.recovered' });
    await this.replayFiles(); // what came in since
  }

  private async replayFiles(): Promise<void> {
    this.onDisk.replayBegins();
    for (let names = await this.spool.seal(); names.length > 0; names = await this.spool.seal())
      for (const name of names) await this.replayFile(name);
    this.onDisk.replayed();
  }

  private async replayFile(name: string): Promise<void> {
    const { hits, damaged } = await this.spool.read(name);
    for (let from = 0; from < hits.length; from += MAX_GROUP)
      await this.store.record(hits.slice(from, from + MAX_GROUP));
    if (damaged === 0) return this.spool.remove(name);
    this.log.error('A spool file is damaged', { event: 'tracking.spool_damaged', file: name, lines: damaged });
    await this.spool.setAside(name);
  }
}

function tooSlow(): Error {
  return new Error(`PostgreSQL took longer than ${PATIENCE_MS} ms`);
}
