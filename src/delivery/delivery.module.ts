import { Module } from '@nestjs/common';
import { LedgerModule } from './ledger.module.js';

/** Moves planned letters out of the house. Import `LedgerModule` (global) too: enrollments asks its ports. */
@Module({
  imports: [LedgerModule],
})
export class DeliveryModule {}
