/** What pausing and archiving a scenario ask of people's runs; enrollments implements it. */
export abstract class ScenarioRuns {
  /** Lets go of the runs and messages that the pause held back; what is late by now meets the steps' `late` rules. */
  abstract release(environmentId: string, scenarioKey: string): Promise<void>;

  /**
   * Ends the runs that a scenario archived in this environment still has (`scenario_archived`) and cancels what they had to send; one
   * that is not archived, or no longer, is left alone. False: there were too many for a request, the worker ends the others.
   */
  abstract archive(environmentId: string, scenarioKey: string): Promise<boolean>;
}
