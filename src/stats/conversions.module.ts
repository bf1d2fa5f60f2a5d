import { Global, Module } from '@nestjs/common';
import { ConversionRecorder } from '../enrollments/ports.js';
import { StoredConversions } from './stored-conversions.js';

/** What enrollments asks of statistics. Global and without imports, so that the earlier stage never names the later one. */
@Global()
@Module({
  providers: [{ provide: ConversionRecorder, useClass: StoredConversions }],
  exports: [ConversionRecorder],
})
export class ConversionsModule {}
