import { join } from 'node:path';
import { Module, type OnModuleInit } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { FastifyInstance } from 'fastify';
import { EnrollmentsModule } from '../enrollments/enrollments.module.js';
import { Env } from '../platform/config/env.js';
import { StageRunner } from '../platform/queue/stage-runner.js';
import { StoresModule } from '../stores/stores.module.js';
import { TemplatesModule } from '../templates/templates.module.js';
import { ViewRoutes } from './browser-view/view-routes.js';
import { ConfirmationRoutes } from './confirmation/confirmation-routes.js';
import { SubscriptionConfirmer } from './confirmation/subscription-confirmer.js';
import { EngagementStore } from './engagement-store.js';
import { EngagementWriter } from './engagement-writer.js';
import { HitClock } from './hit-clock.js';
import { HitCounter } from './hit-counter.js';
import { HitLane } from './hit-lane.js';
import { PreferenceCenter } from './preferences/preference-center.js';
import { PreferenceRoutes } from './preferences/preference-routes.js';
import { ProviderEventsModule } from './provider-events/provider-events.module.js';
import { Readers } from './readers.js';
import { Spool } from './spool.js';
import { TokenReader } from './token-reader.js';
import { TrackingRoutes } from './tracking-routes.js';
import { TrackingStage } from './tracking-stage.js';
import { Unsubscriber } from './unsubscriber.js';

/** What recipients do with letters: opens, clicks, unsubscribes. */
@Module({
  imports: [StoresModule, TemplatesModule, EnrollmentsModule, ProviderEventsModule],
  providers: [
    HitClock,
    HitCounter,
    HitLane,
    EngagementStore,
    EngagementWriter,
    { provide: Spool, useFactory: (env: Env) => new Spool(join(env.DATA_DIR, 'spool')), inject: [Env] },
    ConfirmationRoutes,
    PreferenceCenter,
    PreferenceRoutes,
    Readers,
    SubscriptionConfirmer,
    TokenReader,
    TrackingRoutes,
    TrackingStage,
    Unsubscriber,
    ViewRoutes,
  ],
  exports: [EngagementWriter, HitCounter, Unsubscriber],
})
export class TrackingModule implements OnModuleInit {
  constructor(
    private readonly http: HttpAdapterHost,
    private readonly env: Env,
    private readonly lane: HitLane,
    private readonly routes: TrackingRoutes,
    private readonly preferences: PreferenceRoutes,
    private readonly confirmations: ConfirmationRoutes,
    private readonly views: ViewRoutes,
    private readonly stages: StageRunner,
    private readonly stage: TrackingStage,
  ) {}

  onModuleInit(): void {
    this.stages.registerStage(this.stage);
    const server = this.http.httpAdapter.getInstance<FastifyInstance>();
    for (const { plugin } of [this.routes, this.preferences, this.confirmations, this.views])
      void server.register(plugin);
    if (this.env.ROLES.includes('tracking')) this.lane.lead(server.server);
  }
}
