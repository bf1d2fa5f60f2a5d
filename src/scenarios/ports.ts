/** What pausing and archiving a scenario ask of people's runs; enrollments implements it. */
export abstract class ScenarioRuns {
  /** Lets go of the runs and messages that the pause held back; what is late by now meets the steps' `late` rules. */
  abstract release(environmentId: string, scenarioKey: string): Promise<void>;

  /** Ends the scenario's runs in this environment (`scenario_archived`) and cancels what they still had to send. */
  abstract archive(environmentId: string, scenarioKey: string): Promise<void>;
}
