import { isbot } from 'isbot';
import { LRUCache } from 'lru-cache';
import { judge } from '../domain/machine.js';
import type { Hit, JudgedHit } from './hit.js';

/** A few hundred user agents make nearly all of the traffic, and the list of bots is one long regular expression. */
const bots = new LRUCache<string, boolean>({ max: 2_000 });

/**
 * Tells a person from a machine by all that the request says. The pause since the sending, which only the letter knows,
 * is looked at by the statement that stores the hit: so nobody who follows a link waits for a look-up.
 */
export function judgeHit(hit: Hit): JudgedHit {
  const { id, environmentId, messageId, action, linkIndex, url, receivedAt, userAgent, method, purpose } = hit;
  const knownBot = userAgent !== null && isBot(userAgent);
  const { actor, verdict } = judge({
    action,
    method,
    userAgent,
    knownBot,
    purpose,
    sentAt: null,
    at: new Date(receivedAt),
  });
  return { id, environmentId, messageId, action, actor, verdict, linkIndex, url, receivedAt, userAgent };
}

function isBot(userAgent: string): boolean {
  let known = bots.get(userAgent);
  if (known === undefined) bots.set(userAgent, (known = isbot(userAgent)));
  return known;
}
