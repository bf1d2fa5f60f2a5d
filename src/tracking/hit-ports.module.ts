import { Global, Module } from '@nestjs/common';
import { SpooledHits } from '../delivery/ports.js';
import { HitsOnDisk } from './hits-on-disk.js';

/** What the ledger asks of hits. Global and without imports, so that the earlier stage never names this one. */
@Global()
@Module({
  providers: [HitsOnDisk, { provide: SpooledHits, useExisting: HitsOnDisk }],
  exports: [HitsOnDisk, SpooledHits],
})
export class HitPortsModule {}
