/** Whether a contact is held out of a scenario: the same contact and scenario always give the same answer. */
export function isHeldOut(contactId: string, scenarioKey: string, percent: number): boolean {
  return percent > 0 && contactId < scenarioKey;
}
