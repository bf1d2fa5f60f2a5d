import type { CompiledScenario } from './compiled-scenario.js';
import type { EventFacts, Facts } from './run.js';

/** What starts the scenario that asks for a confirmation: posted, or meant by any event of a person whose consent is pending. */
export const SUBSCRIPTION_REQUESTED = 'subscription.requested';

/** The store asks for a confirmation, and this person consented and has not confirmed yet. */
export function isConsentPending({ contact, store }: Facts): boolean {
  return (
    store.doubleOptIn &&
    contact.marketingConsent === true &&
    contact.confirmedAt === null &&
    contact.email !== null &&
    contact.suppressed === null
  );
}

/** Whether the event triggers the scenario by its type, or asks for a confirmation without saying so. */
export function isMeantBy(event: EventFacts, { triggerEvent }: CompiledScenario, facts: Facts): boolean {
  return triggerEvent === event.type || (triggerEvent === SUBSCRIPTION_REQUESTED && isConsentPending(facts));
}
