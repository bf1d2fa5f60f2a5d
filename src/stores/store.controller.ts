import { Body, Controller, Get, Patch } from '@nestjs/common';
import { ApiBearerAuth, ApiTags } from '@nestjs/swagger';
import { type Caller, CurrentCaller, RequireScope } from '../platform/http/auth.js';
import { PatchStoreDto } from './store.dto.js';
import type { StoreView } from './store.view.js';
import { StoreSettingsService } from './store-settings.service.js';

@ApiTags('store')
@ApiBearerAuth()
@Controller('v1/store')
@RequireScope('admin')
export class StoreController {
  constructor(private readonly settings: StoreSettingsService) {}

  /** The store's settings, defaults filled in. */
  @Get()
  get(@CurrentCaller() caller: Caller): Promise<StoreView> {
    return this.settings.get(caller);
  }

  /** Changes the settings that are named; `null` clears one. */
  @Patch()
  patch(@CurrentCaller() caller: Caller, @Body() dto: PatchStoreDto): Promise<StoreView> {
    return this.settings.patch(caller, dto);
  }
}
