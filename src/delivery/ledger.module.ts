import { Global, Module } from '@nestjs/common';
import { EngagementReader, MessageLedger } from '../enrollments/ports.js';
import { DueWatermark } from './due-watermark.js';
import { SqlEngagementReader } from './engagement-reader.js';
import { SqlMessageLedger } from './message-ledger.js';

/** What enrollments asks of the ledger. Global and without imports, so that the earlier stage never names the later one. */
@Global()
@Module({
  providers: [
    DueWatermark,
    { provide: MessageLedger, useClass: SqlMessageLedger },
    { provide: EngagementReader, useClass: SqlEngagementReader },
  ],
  exports: [MessageLedger, EngagementReader, DueWatermark],
})
export class LedgerModule {}
