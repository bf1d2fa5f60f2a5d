import { Global, Module } from '@nestjs/common';
import { OrderWorth } from '../contacts/ports.js';
import { ConversionRecorder } from '../enrollments/ports.js';
import { ScenariosModule } from '../scenarios/scenarios.module.js';
import { StoresModule } from '../stores/stores.module.js';
import { Attribution } from './attribution.js';
import { ConversionValues } from './conversion-values.js';
import { StoredConversions } from './stored-conversions.js';

/** What contacts and enrollments ask of statistics. Global, so that they never name this stage. */
@Global()
@Module({
  imports: [ScenariosModule, StoresModule],
  providers: [
    Attribution,
    ConversionValues,
    { provide: OrderWorth, useExisting: Attribution },
    { provide: ConversionRecorder, useClass: StoredConversions },
  ],
  exports: [Attribution, ConversionRecorder, OrderWorth],
})
export class ConversionsModule {}
