import { Module, type OnModuleInit } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { TypeOrmModule } from '@nestjs/typeorm';
import type { FastifyInstance } from 'fastify';
import { EnrollmentsModule } from '../../enrollments/enrollments.module.js';
import { BouncesController, BouncesGate } from './bounces.controller.js';
import { ConnectorDirectory } from './connector-directory.js';
import { ConnectorEntity } from './connector.entity.js';
import { ConnectorsController } from './connectors.controller.js';
import { ConnectorsService } from './connectors.service.js';
import { PersonalEffects } from './personal-effects.js';
import { ProviderEvents } from './provider-events.service.js';
import { SendGridHook } from './sendgrid-hook.js';

/** What providers report of letters: deliveries, bounces, complaints. */
@Module({
  imports: [TypeOrmModule.forFeature([ConnectorEntity]), EnrollmentsModule],
  controllers: [ConnectorsController, BouncesController],
  providers: [ConnectorsService, ConnectorDirectory, BouncesGate, PersonalEffects, ProviderEvents, SendGridHook],
})
export class ProviderEventsModule implements OnModuleInit {
  constructor(
    private readonly http: HttpAdapterHost,
    private readonly hook: SendGridHook,
  ) {}

  onModuleInit(): void {
    void this.http.httpAdapter.getInstance<FastifyInstance>().register(this.hook.plugin);
  }
}
