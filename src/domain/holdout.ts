import type { ContactFacts } from './run.js';

const STEPS = 10_000;

/**
 * Whether a contact is held out of a scenario. Sticky: the same contact and scenario always give the same answer, and a
 * greater percent only adds people. Fine to a hundredth of a percent. Drawn by what the store knows the person by: ids of ours
 * are new after each reset of a sandbox, and a test played again would hold out others.
 */
export function isHeldOut(
  { externalId, email, anonymousId, id }: Pick<ContactFacts, 'externalId' | 'email' | 'anonymousId' | 'id'>,
  scenarioKey: string,
  percent: number,
): boolean {
  return draw(`${externalId ?? email ?? anonymousId ?? id}\n${scenarioKey}`) < Math.round(percent * 100);
}

/** A number of 0…9999 from a text: FNV-1a, then murmur3's finaliser, because FNV alone mixes its last characters badly. */
function draw(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  hash ^= hash >>> 16;
  return Math.floor(((hash >>> 0) / 2 ** 32) * STEPS);
}
