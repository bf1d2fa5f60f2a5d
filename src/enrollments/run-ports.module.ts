import { Global, Module } from '@nestjs/common';
import { RunEnder, RunMerger } from '../contacts/ports.js';
import { ScenarioRuns } from '../scenarios/ports.js';
import { EnrollmentsModule } from './enrollments.module.js';
import { StoredRunEnder } from './run-ender.js';
import { StoredRunMerger } from './run-merger.js';
import { StoredScenarioRuns } from './scenario-runs.js';

/** What contacts and scenarios ask of people's runs. Global, so that they never name this stage. */
@Global()
@Module({
  imports: [EnrollmentsModule],
  providers: [
    { provide: RunMerger, useExisting: StoredRunMerger },
    { provide: RunEnder, useExisting: StoredRunEnder },
    { provide: ScenarioRuns, useExisting: StoredScenarioRuns },
  ],
  exports: [RunMerger, RunEnder, ScenarioRuns],
})
export class RunPortsModule {}
