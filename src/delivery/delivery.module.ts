import { Module } from '@nestjs/common';
import { EnrollmentsModule } from '../enrollments/enrollments.module.js';
import { Env } from '../platform/config/env.js';
import { ScenariosModule } from '../scenarios/scenarios.module.js';
import { StoresModule } from '../stores/stores.module.js';
import { TemplatesModule } from '../templates/templates.module.js';
import { Circuits } from './circuits.js';
import { Claims } from './claims.js';
import { ComposeLetters } from './compose-letters.js';
import { DeliverBatch } from './deliver-batch.js';
import { DeliveryStage } from './delivery.stage.js';
import { DeliveryTimes } from './delivery-times.js';
import { Dispatch } from './dispatch.js';
import { Clearing } from './clearing.js';
import { GuardNews } from './guard-news.js';
import { GuardedRuns } from './guarded-runs.js';
import { Guard } from './guard.js';
import { GuardFacts } from './guard-facts.js';
import { LaterWake } from './later-wake.js';
import { LedgerModule } from './ledger.module.js';
import { MessageReader } from './message-reader.js';
import { MessagesController } from './messages.controller.js';
import { Resend } from './resend.js';
import { RestraintFacts } from './restraint-facts.js';
import { Restraint } from './restraint.js';
import { ProviderStates, SqlProviderStates } from './provider-states.js';
import { SendBudgets } from './send-budgets.js';
import { Settle } from './settle.js';
import { RateChanges } from './rate-changes.js';
import { Sweeper } from './sweeper.js';
import { TestSendController } from './test-send.controller.js';
import { TestSend } from './test-send.js';
import { Transports } from './transports/transports.js';

/** Moves planned letters out of the house. What enrollments asks of the ledger is in the global `LedgerModule`. */
@Module({
  imports: [LedgerModule, EnrollmentsModule, ScenariosModule, StoresModule, TemplatesModule],
  controllers: [MessagesController, TestSendController],
  providers: [
    { provide: DeliveryTimes, useFactory: (env: Env) => DeliveryTimes.of(env), inject: [Env] },
    Circuits,
    Claims,
    ComposeLetters,
    DeliverBatch,
    DeliveryStage,
    Dispatch,
    Clearing,
    Guard,
    GuardNews,
    GuardedRuns,
    GuardFacts,
    MessageReader,
    Resend,
    Restraint,
    RestraintFacts,
    LaterWake,
    SendBudgets,
    RateChanges,
    Settle,
    { provide: ProviderStates, useClass: SqlProviderStates },
    Sweeper,
    TestSend,
    Transports,
  ],
  exports: [DeliverBatch, RestraintFacts, Sweeper, Transports],
})
export class DeliveryModule {}
