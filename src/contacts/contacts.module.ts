import { Module } from '@nestjs/common';
import { ContactsController } from './contacts.controller.js';
import { ContactsService } from './contacts.service.js';
import { IdentityChanges } from './identity-changes.js';
import { SuppressionsController } from './suppressions.controller.js';
import { SuppressionsService } from './suppressions.service.js';

/** People, their identities, consent and suppressions. Asks for the ports RunMerger and RunEnder. */
@Module({
  controllers: [ContactsController, SuppressionsController],
  providers: [ContactsService, IdentityChanges, SuppressionsService],
  exports: [ContactsService, IdentityChanges],
})
export class ContactsModule {}
