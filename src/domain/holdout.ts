import { DRAWS, drawFor, type Drawn } from './draw.js';

/**
 * Whether a contact is held out of a scenario. Sticky: the same contact and scenario always give the same answer, and a
 * greater percent only adds people. Fine to a hundredth of a percent.
 */
export function isHeldOut(contact: Drawn, scenarioKey: string, percent: number): boolean {
  return drawFor(contact, scenarioKey) < Math.round(percent * (DRAWS / 100));
}
