import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { KeyVerifier } from '../platform/http/auth.js';
import { ApiKeyEntity } from './api-key.entity.js';
import { EnvironmentEntity } from './environment.entity.js';
import { EnvironmentsService } from './environments.service.js';
import { StoredKeyVerifier } from './key-verifier.js';
import { KeysController } from './keys.controller.js';
import { KeysService } from './keys.service.js';
import { StoreController } from './store.controller.js';
import { StoreEntity } from './store.entity.js';
import { StoreSettingsService } from './store-settings.service.js';
import { StoresService } from './stores.service.js';

/** Stores, their settings and who may call in their name. */
@Module({
  imports: [TypeOrmModule.forFeature([StoreEntity, EnvironmentEntity, ApiKeyEntity])],
  controllers: [StoreController, KeysController],
  providers: [
    StoresService,
    EnvironmentsService,
    StoreSettingsService,
    KeysService,
    StoredKeyVerifier,
    { provide: KeyVerifier, useExisting: StoredKeyVerifier },
  ],
  exports: [StoresService, EnvironmentsService, KeyVerifier],
})
export class StoresModule {}
