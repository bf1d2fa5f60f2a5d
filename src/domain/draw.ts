import type { ContactFacts } from './run.js';

/** How many different numbers there are to draw: fine to a hundredth of a percent. */
export const DRAWS = 10_000;

/** What a draw knows a person by. */
export type Drawn = Pick<ContactFacts, 'externalId' | 'email' | 'anonymousId' | 'id'>;

/**
 * A number of 0…9999 for a person and a purpose, always the same for the same two. Drawn by what the store knows the person by: ids of
 * ours are new after each reset of a sandbox, and a test played again would draw others.
 */
export function drawFor({ externalId, email, anonymousId, id }: Drawn, purpose: string): number {
  return numberOf(`${externalId ?? email ?? anonymousId ?? id}\n${purpose}`);
}

/** FNV-1a, then murmur3's finaliser, because FNV alone mixes its last characters badly. */
function numberOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  hash ^= hash >>> 16;
  return Math.floor(((hash >>> 0) / 2 ** 32) * DRAWS);
}
