import { ABANDONED_CART, aCompiled, anEvent } from '../../test/support/domain-builders.js';
import type { CompiledScenario } from '../domain/compiled-scenario.js';
import { START_REQUESTED, startData } from '../domain/manual-start.js';
import { type Definitions, listeningScenarios } from './event-context.js';
import type { InboxEvent } from './inbox.js';

const ENVIRONMENT = 'live';
const byHand = (key: string): CompiledScenario =>
  aCompiled({ ...ABANDONED_CART, key, trigger: { type: 'manual' }, exits: [] });
const aWelcome = aCompiled({ key: 'welcome', trigger: { type: 'event', event: START_REQUESTED }, exits: [] });

/** An environment that runs these. */
function running(compiled: readonly CompiledScenario[]): Definitions {
  const publications = new Map(compiled.map(({ key }) => [key, { key, version: 1, state: 'published' as const }]));
  const own = {
    environmentId: ENVIRONMENT,
    storeId: 's',
    publications,
    goalTypes: new Set(''),
    subjectExits: new Map(),
  };
  return {
    scenarios: new Map([[ENVIRONMENT, own]]),
    versions: new Map(compiled.map((one) => [`s ${one.key} 1`, one])),
  };
}

describe('the scenarios that an event may trigger', () => {
  it('are, of all that are started by hand, the one that a start names', () => {
    const definitions = running([aCompiled(), byHand('vip'), byHand('other'), aWelcome]);
    const event = (facts: InboxEvent['facts']) => ({ environmentId: ENVIRONMENT, facts }) as InboxEvent;
    const keysOf = (facts: InboxEvent['facts']) =>
      listeningScenarios(definitions, event(facts)).map(({ publication }) => publication.key);
    const start = (key: string) => anEvent({ type: START_REQUESTED, data: startData(key, null, {}) });
    expect(['vip', 'other', 'gone'].map((key) => keysOf(start(key)))).toEqual([
      ['vip', 'welcome'],
      ['other', 'welcome'],
      ['welcome'],
    ]);
    expect(keysOf(anEvent())).toEqual(['abandoned-cart']);
  });
});
