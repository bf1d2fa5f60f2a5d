import { Body, Controller, Delete, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiBearerAuth, ApiTags } from '@nestjs/swagger';
import { type Caller, CurrentCaller, RequireScope } from '../../platform/http/auth.js';
import { ApiPage } from '../../platform/http/described.js';
import { Idempotent } from '../../platform/http/idempotency.js';
import { type PageOf, pageQuery } from '../../platform/http/pages.js';
import { CreateConnectorDto } from './connector.dto.js';
import { ConnectorView, type NewConnectorView } from './connector.view.js';
import { ConnectorsService } from './connectors.service.js';

@ApiTags('connectors')
@ApiBearerAuth()
@Controller('v1/connectors')
@RequireScope('admin')
export class ConnectorsController {
  constructor(private readonly connectors: ConnectorsService) {}

  /** Who may report what became of the environment's letters, newest first. */
  @Get()
  @ApiPage(ConnectorView)
  list(
    @CurrentCaller() caller: Caller,
    @Query('limit') limit?: string,
    @Query('cursor') cursor?: string,
  ): Promise<PageOf<ConnectorView>> {
    return this.connectors.list(caller, pageQuery('connectors', limit, cursor));
  }

  /** Makes a connector. This answer is the only place where the secret of `bounces` can be read. */
  @Post()
  @Idempotent()
  create(@CurrentCaller() caller: Caller, @Body() dto: CreateConnectorDto): Promise<NewConnectorView> {
    return this.connectors.create(caller, dto);
  }

  /** Removes a connector; what it reports is refused from now on. */
  @Delete(':id')
  @HttpCode(204)
  remove(@CurrentCaller() caller: Caller, @Param('id') id: string): Promise<void> {
    return this.connectors.remove(caller, id);
  }
}
