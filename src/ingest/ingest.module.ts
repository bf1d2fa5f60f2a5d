import { type BeforeApplicationShutdown, Module } from '@nestjs/common';
import { ContactsModule } from '../contacts/contacts.module.js';
import { EventChecker } from './event-checker.js';
import { EventCollector } from './event-collector.js';
import { EventReader } from './event-reader.js';
import { EventStore } from './event-store.js';
import { EventsController } from './events.controller.js';
import { IngestTimes } from './ingest-times.js';
import { IngestService } from './ingest.service.js';

/** Takes storefront events in and makes them durable: the first stage of an event's way. */
@Module({
  imports: [ContactsModule],
  controllers: [EventsController],
  providers: [
    EventChecker,
    EventCollector,
    EventReader,
    EventStore,
    IngestService,
    { provide: IngestTimes, useFactory: () => new IngestTimes() },
  ],
  exports: [EventChecker, IngestService],
})
export class IngestModule implements BeforeApplicationShutdown {
  constructor(private readonly collector: EventCollector) {}

  /** What was taken into a group is still answered. */
  async beforeApplicationShutdown(): Promise<void> {
    await this.collector.idle();
  }
}
