import type { CompiledScenario } from './compiled-scenario.js';
import type { EventFacts } from './run.js';
import type { Trigger } from './scenario-schema.js';

/** What starts a scenario with the trigger `manual`: made of POST /v1/scenarios/{key}/enrollments, and never posted by a store. */
export const START_REQUESTED = 'scenario.start_requested';

/** The expression that reads what is followed up off such an event. */
export const START_SUBJECT = 'event.data.subject';

/** Fields of its data that say what is started, for what; all the others are the data that whoever starts it gives. */
export const START_FIELDS = ['scenario', 'subject'] as const;

/** The type of the events that start a scenario: who starts one by hand makes an event of it too. */
export function eventOf(trigger: Trigger): string {
  return trigger.type === 'manual' ? START_REQUESTED : trigger.event;
}

/** The data of the event that starts a scenario by hand. */
export function startData(
  scenarioKey: string,
  subject: string | null,
  data: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  return { ...data, scenario: scenarioKey, ...(subject === null ? {} : { subject }) };
}

/** Whether an event of the type that the scenario listens to is one for it: a start by hand is for the scenario that it names. */
export function isAddressedTo({ data }: EventFacts, { key, scenario }: CompiledScenario): boolean {
  return scenario.trigger.type !== 'manual' || data['scenario'] === key;
}
