import type { DeclinableClass, Topic } from '../../domain/preferences.js';
import type { Sql } from '../../platform/database/sql.js';
import { chooseLocale } from '../../templates/choose-locale.js';
import type { PageLocale } from '../page.js';

/** A group of scenarios as a person can choose it. */
export interface TopicGroup {
  readonly topic: Topic;
  readonly messageClass: DeclinableClass;
  readonly label: string;
}

interface ScenarioRow {
  readonly key: string;
  readonly name: string;
  readonly messageClass: DeclinableClass;
  readonly group: { readonly key: string; readonly label: Readonly<Record<string, string>> } | null;
  readonly [column: string]: unknown;
}

/**
 * What the environment's scenarios offer to choose from, marketing first; a group that has scenarios of both classes stands
 * once. Service scenarios cannot be declined and are left out.
 */
export async function topicGroups(tx: Sql, environmentId: string, locale: PageLocale): Promise<readonly TopicGroup[]> {
  const rows = await tx.query<ScenarioRow>(SCENARIOS, [environmentId]);
  const groups = new Map<string, TopicGroup>();
  for (const { key, name, messageClass, group } of rows) {
    const topic: Topic = `group:${group?.key ?? key}`;
    const label = group ? group.label[chooseLocale(locale, 'en', Object.keys(group.label))]! : name;
    if (!groups.has(topic)) groups.set(topic, { topic, messageClass, label });
  }
  return [...groups.values()];
}

const SCENARIOS = `
SELECT p.key, v.document ->> 'name' AS name, v.document ->> 'messageClass' AS "messageClass", v.document -> 'group' AS "group"
FROM publications p
JOIN environments e ON e.id = p.environment_id
JOIN scenario_versions v ON v.store_id = e.store_id AND v.scenario_key = p.key AND v.version = p.version
WHERE p.environment_id = $1 AND p.kind = 'scenario' AND p.state <> 'archived' AND v.document ->> 'messageClass' <> 'service'
ORDER BY v.document ->> 'messageClass' = 'care', p.key`;
