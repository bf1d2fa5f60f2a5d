import { Module } from '@nestjs/common';
import { ContactsController } from './contacts.controller.js';
import { ContactsService } from './contacts.service.js';
import { IdentityChanges } from './identity-changes.js';
import { ContactImport } from './import/contact-import.js';
import { ImportsController } from './import/imports.controller.js';
import { SuppressionList } from './import/suppression-list.js';
import { SuppressionsController } from './suppressions.controller.js';
import { SuppressionsService } from './suppressions.service.js';

/** People, their identities, consent and suppressions. Asks for the ports RunMerger, RunEnder and OrderWorth. */
@Module({
  controllers: [ImportsController, ContactsController, SuppressionsController],
  providers: [ContactImport, ContactsService, IdentityChanges, SuppressionList, SuppressionsService],
  exports: [ContactsService, IdentityChanges],
})
export class ContactsModule {}
