import { isbot } from 'isbot';
import { LRUCache } from 'lru-cache';
import { judge, type Judgement } from '../domain/machine.js';
import type { Hit, JudgedHit } from './hit.js';

/** A few hundred user agents make nearly all of the traffic, and the list of bots is one long regular expression. */
const MAX_USER_AGENTS = 2_000;
/** Verdicts on plain requests, of which nothing but the user agent matters. */
const known = {
  open: new LRUCache<string, Judgement>({ max: MAX_USER_AGENTS }),
  click: new LRUCache<string, Judgement>({ max: MAX_USER_AGENTS }),
};

/**
 * Tells a person from a machine by all that the request says. The pause since the sending, which only the letter knows,
 * is looked at by the statement that stores the hit: so nobody who follows a link waits for a look-up.
 */
export function judgeHit(hit: Hit): JudgedHit {
  const { id, environmentId, messageId, action, linkIndex, url, receivedAt, userAgent } = hit;
  const { actor, verdict } = judgementOf(hit);
  return { id, environmentId, messageId, action, actor, verdict, linkIndex, url, receivedAt, userAgent };
}

function judgementOf(hit: Hit): Judgement {
  const { action, method, purpose, userAgent } = hit;
  if (method !== 'GET' || purpose !== null || userAgent === null) return judged(hit);
  let judgement = known[action].get(userAgent);
  if (!judgement) known[action].set(userAgent, (judgement = judged(hit)));
  return judgement;
}

function judged({ action, method, purpose, userAgent, receivedAt }: Hit): Judgement {
  const knownBot = userAgent !== null && isbot(userAgent);
  return judge({ action, method, userAgent, knownBot, purpose, sentAt: null, at: new Date(receivedAt) });
}
