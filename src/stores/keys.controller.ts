import { Body, Controller, Delete, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiBearerAuth, ApiTags } from '@nestjs/swagger';
import { type Caller, CurrentCaller, RequireScope } from '../platform/http/auth.js';
import { ApiPage } from '../platform/http/described.js';
import { Idempotent } from '../platform/http/idempotency.js';
import { type PageOf, pageQuery } from '../platform/http/pages.js';
import { CreateKeyDto } from './keys.dto.js';
import { KeysService } from './keys.service.js';
import { KeyView, type NewKeyView } from './keys.view.js';

@ApiTags('store')
@ApiBearerAuth()
@Controller('v1/keys')
@RequireScope('admin')
export class KeysController {
  constructor(private readonly keys: KeysService) {}

  /** The store's API keys, newest first. */
  @Get()
  @ApiPage(KeyView)
  list(
    @CurrentCaller() caller: Caller,
    @Query('limit') limit?: string,
    @Query('cursor') cursor?: string,
  ): Promise<PageOf<KeyView>> {
    return this.keys.list(caller, pageQuery('keys', limit, cursor));
  }

  /** Makes a key. This answer is the only place where it can be read. A test key makes test keys only. */
  @Post()
  @Idempotent()
  create(@CurrentCaller() caller: Caller, @Body() dto: CreateKeyDto): Promise<NewKeyView> {
    return this.keys.create(caller, dto);
  }

  /** Revokes a key. A test key revokes test keys only. */
  @Delete(':id')
  @HttpCode(204)
  revoke(@CurrentCaller() caller: Caller, @Param('id') id: string): Promise<void> {
    return this.keys.revoke(caller, id, caller.keyId);
  }
}
