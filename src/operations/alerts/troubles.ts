import { statfs } from 'node:fs/promises';
import os from 'node:os';
import { Injectable } from '@nestjs/common';
import type { OrderFeed } from '../../domain/order-feed.js';
import { RestraintFacts } from '../../delivery/restraint-facts.js';
import { laneNow, REAL_LANE } from '../../platform/clock/lane.js';
import { Env } from '../../platform/config/env.js';
import { EngineDatabase } from '../../platform/database/engine-database.js';
import { spoolSize } from '../spool-size.js';
import { SystemFiguresReader } from '../system-figures.js';
import type { Finding } from './finding.js';
import { judgeTroubles, type Observation, type StoreFeeds } from './judge-troubles.js';

/** Feeds are judged in hours: asked for this often they cost nothing. */
const FEEDS_KEPT_MS = 10 * 60_000;

/** Looks at everything that alerts tell of. */
@Injectable()
export class Troubles {
  private feeds: { readonly at: Date; readonly feeds: readonly StoreFeeds[] } | undefined;

  constructor(
    private readonly env: Env,
    private readonly db: EngineDatabase,
    private readonly figures: SystemFiguresReader,
    private readonly restraint: RestraintFacts,
  ) {}

  /** What is wrong now; throws while the database is away. */
  async find(): Promise<readonly Finding[]> {
    const now = await laneNow(this.db, REAL_LANE);
    const [figures, circuits, unresolved, feeds, host] = await Promise.all([
      this.figures.read(),
      this.db.query<Observation['circuits'][number] & Record<string, string>>(CIRCUITS),
      this.db.query<{ n: number }>(UNRESOLVED),
      this.storeFeeds(now),
      this.host(),
    ]);
    return judgeTroubles(
      { figures, circuits, unresolved: unresolved[0]!.n, feeds, host, isHeld: this.env.SENDING_HOLD },
      now,
    );
  }

  private async storeFeeds(now: Date): Promise<readonly StoreFeeds[]> {
    if (this.feeds && now.getTime() - this.feeds.at.getTime() < FEEDS_KEPT_MS) return this.feeds.feeds;
    const events = await this.db.query<OrderFeed & { environmentId: string; store: string } & Record<string, unknown>>(
      EVENT_FEEDS,
      [now],
    );
    const orders = await this.restraint.orderFeeds(this.db, new Set(events.map((row) => row.environmentId)), now);
    const feeds = events.map((row) => ({
      store: row.store,
      events: row,
      orders: orders.get(row.environmentId) ?? null,
    }));
    this.feeds = { at: now, feeds };
    return feeds;
  }

  private async host(): Promise<Observation['host']> {
    const [disk, spool] = await Promise.all([
      statfs(this.env.DATA_DIR).catch(() => null),
      spoolSize(this.env.DATA_DIR),
    ]);
    const freeDisk = disk && disk.blocks > 0 ? disk.bavail / disk.blocks : null;
    return { name: os.hostname(), freeDisk, damagedSpoolFiles: spool.damaged };
  }
}

/** A fault is told anew with each try; one that nobody has told of for a while was seen by a process that is gone. */
const CIRCUITS = `
SELECT s.key AS store, p.provider FROM store_providers AS p JOIN stores AS s ON s.id = p.store_id
WHERE p.circuit_since IS NOT NULL AND p.circuit_until > clock_timestamp() - interval '15 minutes' ORDER BY 1, 2`;

const UNRESOLVED = `
SELECT count(*)::int AS n FROM messages WHERE state = 'unresolved' AND unknown_since > clock_timestamp() - interval '24 hours'`;

/** Ids are UUIDv7: the last 2,000 events of an environment are the end of its key. Those of a store whose live side is in use. */
const EVENT_FEEDS = `
SELECT e.id AS "environmentId", s.key AS store, first."firstAt", f."lastAt", f.recent, f."usualGapMs"
FROM environments AS e JOIN stores AS s ON s.id = e.store_id
CROSS JOIN LATERAL (
  SELECT v.received_at AS "firstAt" FROM storefront_events AS v WHERE v.environment_id = e.id ORDER BY v.id LIMIT 1) AS first
CROSS JOIN LATERAL (
  SELECT max(g.received_at) AS "lastAt", count(*) FILTER (WHERE g.received_at > $1::timestamptz - interval '28 days')::int AS recent,
    (percentile_cont(0.99) WITHIN GROUP (ORDER BY g.gap_ms))::float8 AS "usualGapMs"
  FROM (
    SELECT n.received_at,
      extract(epoch FROM n.received_at - lag(n.received_at) OVER (ORDER BY n.received_at)) * 1000 AS gap_ms
    FROM (SELECT received_at FROM storefront_events WHERE environment_id = e.id ORDER BY id DESC LIMIT 2000) AS n) AS g) AS f
WHERE e.mode = 'live' AND f.recent > 1
  AND EXISTS (SELECT 1 FROM publications AS p WHERE p.environment_id = e.id AND p.kind = 'scenario' AND p.state = 'published')`;
