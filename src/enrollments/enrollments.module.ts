import { Module } from '@nestjs/common';
import { IngestModule } from '../ingest/ingest.module.js';
import { ScenariosModule } from '../scenarios/scenarios.module.js';
import { StoresModule } from '../stores/stores.module.js';
import { EnrollmentsController } from './enrollments.controller.js';
import { EnrollmentsService } from './enrollments.service.js';
import { EnrollmentsStage } from './enrollments.stage.js';
import { EventLoader } from './event-loader.js';
import { FactLoader } from './fact-loader.js';
import { Inbox } from './inbox.js';
import { ManualStarts } from './manual-starts.js';
import { DueMark, InboxMark } from './marks.js';
import { MergedExits } from './merged-exits.js';
import { ProcessEvents } from './process-events.js';
import { RunDue } from './run-due.js';
import { StoredRunEnder } from './run-ender.js';
import { StoredRunMerger } from './run-merger.js';
import { RunMover } from './run-mover.js';
import { RunReader } from './run-reader.js';
import { RunWriter } from './run-writer.js';
import { StoredScenarioRuns } from './scenario-runs.js';
import { SimulationsController } from './simulation/simulations.controller.js';
import { Simulations } from './simulation/simulations.js';
import { StoryReader } from './simulation/story-reader.js';

/**
 * People's progress through scenarios. Asks for the ports MessageLedger, EngagementReader and ConversionRecorder; what
 * contacts and scenarios ask of it is bound by `RunPortsModule`.
 */
@Module({
  imports: [IngestModule, ScenariosModule, StoresModule],
  controllers: [EnrollmentsController, SimulationsController],
  providers: [
    DueMark,
    EnrollmentsService,
    EnrollmentsStage,
    EventLoader,
    FactLoader,
    Inbox,
    InboxMark,
    ManualStarts,
    MergedExits,
    ProcessEvents,
    RunDue,
    RunMover,
    RunReader,
    RunWriter,
    Simulations,
    StoryReader,
    StoredRunEnder,
    StoredRunMerger,
    StoredScenarioRuns,
  ],
  exports: [FactLoader, ProcessEvents, RunDue, RunMover, StoredRunEnder, StoredRunMerger, StoredScenarioRuns],
})
export class EnrollmentsModule {}
