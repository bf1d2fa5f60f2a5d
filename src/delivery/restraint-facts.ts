import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import type { OrderFeed } from '../domain/order-feed.js';
import type { Sql } from '../platform/database/sql.js';

/** A person, and since when their letters matter. */
export interface SentQuestion {
  readonly environmentId: string;
  readonly contactId: string;
  readonly since: Date;
}

/** A step of a scenario in an environment. */
export interface StepRef {
  readonly environmentId: string;
  readonly scenarioKey: string;
  readonly stepId: string;
}

const FEED_KEPT_MS = 60_000;
const FEEDS_KEPT = 10_000;

/** Reads what restraint counts, one statement each for a whole group of letters. */
@Injectable()
export class RestraintFacts {
  private readonly feeds = new LRUCache<string, { readonly feed: OrderFeed | null }>({
    max: FEEDS_KEPT,
    ttl: FEED_KEPT_MS,
  });

  /** When the people's marketing letters went out, or may have, over all scenarios; by contact id. */
  async sent(tx: Sql, people: readonly SentQuestion[]): Promise<ReadonlyMap<string, readonly Date[]>> {
    const byContact = new Map<string, Date[]>();
    if (people.length === 0) return byContact;
    const rows = await tx.query<{ contactId: string; sentAt: Date }>(SENT, [
      people.map((p) => p.environmentId),
      people.map((p) => p.contactId),
      people.map((p) => p.since),
    ]);
    for (const { contactId, sentAt } of rows) byContact.set(contactId, [...(byContact.get(contactId) ?? []), sentAt]);
    return byContact;
  }

  /** Orders per sent letter of these steps, all time; by `stepKey`, absent where nothing was sent. */
  async values(tx: Sql, steps: readonly StepRef[]): Promise<ReadonlyMap<string, number>> {
    if (steps.length === 0) return new Map();
    const rows = await tx.query<{ [K in keyof StepRef]: StepRef[K] } & { value: number }>(VALUES, [
      steps.map((s) => s.environmentId),
      steps.map((s) => s.scenarioKey),
      steps.map((s) => s.stepId),
    ]);
    return new Map(rows.map((row) => [stepKey(row), row.value]));
  }

  /** The order feeds of live environments, at most a minute old; a sandbox has none. */
  async orderFeeds(
    tx: Sql,
    environmentIds: ReadonlySet<string>,
    now: Date,
  ): Promise<ReadonlyMap<string, OrderFeed | null>> {
    const found = new Map<string, OrderFeed | null>();
    const missing: string[] = [];
    for (const id of environmentIds) {
      const kept = this.feeds.get(id);
      if (kept) found.set(id, kept.feed);
      else missing.push(id);
    }
    if (missing.length === 0) return found;
    const rows = await tx.query<OrderFeed & { environmentId: string } & Record<string, unknown>>(FEEDS, [missing, now]);
    const feeds = new Map(rows.map((row) => [row.environmentId, row]));
    for (const id of missing) {
      const feed = feeds.get(id) ?? null;
      this.feeds.set(id, { feed });
      found.set(id, feed);
    }
    return found;
  }
}

/** One text for a step of an environment. */
export function stepKey({ environmentId, scenarioKey, stepId }: StepRef): string {
  return `${environmentId} ${scenarioKey} ${stepId}`;
}

// LATERAL keeps the plan on the contact's index, whatever the planner believes about the size of the lists.
const SENT = `
SELECT asked.contact_id AS "contactId", m.sent_at AS "sentAt"
FROM unnest($1::uuid[], $2::uuid[], $3::timestamptz[]) AS asked (environment_id, contact_id, since)
CROSS JOIN LATERAL (
  SELECT l.sent_at FROM messages AS l
  WHERE l.environment_id = asked.environment_id AND l.contact_id = asked.contact_id AND l.message_class = 'marketing'
    AND l.state IN ('sending', 'unknown', 'accepted', 'unresolved') AND l.sent_at > asked.since
  OFFSET 0) AS m`;

const VALUES = `
SELECT d.environment_id AS "environmentId", d.scenario_key AS "scenarioKey", d.step_id AS "stepId",
  sum(d.orders)::float8 / sum(d.sent)::float8 AS value
FROM stats_daily AS d
WHERE (d.environment_id, d.scenario_key, d.step_id) IN (SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[]))
GROUP BY 1, 2, 3 HAVING sum(d.sent) > 0`;

/** The last 2,000 orders tell the usual pause of a store of any size, and take milliseconds to read. */
const FEEDS = `
SELECT e.id AS "environmentId", o.received_at AS "firstAt", f."lastAt", f.recent, f."usualGapMs"
FROM unnest($1::uuid[]) AS asked (id)
JOIN environments AS e ON e.id = asked.id AND e.mode = 'live'
CROSS JOIN LATERAL (
  SELECT s.received_at FROM storefront_events AS s
  WHERE s.environment_id = e.id AND s.type LIKE 'order.%' ORDER BY s.received_at LIMIT 1) AS o
CROSS JOIN LATERAL (
  SELECT max(g.received_at) AS "lastAt", count(*)::int AS recent,
    (percentile_cont(0.99) WITHIN GROUP (ORDER BY g.gap_ms))::float8 AS "usualGapMs"
  FROM (
    SELECT s.received_at,
      extract(epoch FROM s.received_at - lag(s.received_at) OVER (ORDER BY s.received_at)) * 1000 AS gap_ms
    FROM (
      SELECT received_at FROM storefront_events
      WHERE environment_id = e.id AND type LIKE 'order.%' AND received_at > $2::timestamptz - interval '28 days'
      ORDER BY received_at DESC LIMIT 2000) AS s) AS g) AS f
WHERE f.recent > 1`;
