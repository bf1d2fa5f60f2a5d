import { Global, Module } from '@nestjs/common';
import { SubscriptionRequests } from '../contacts/ports.js';
import { StoresModule } from '../stores/stores.module.js';
import { StoredSubscriptionRequests } from './stored-subscription-requests.js';
import { StorefrontRecorder } from './storefront-recorder.js';

/** What contacts asks of the inbox. Global, so that it never names this stage. */
@Global()
@Module({
  imports: [StoresModule],
  providers: [StorefrontRecorder, { provide: SubscriptionRequests, useClass: StoredSubscriptionRequests }],
  exports: [StorefrontRecorder, SubscriptionRequests],
})
export class IngestPortsModule {}
