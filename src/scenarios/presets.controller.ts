import { Controller, Get, Param, Post, Query, Res } from '@nestjs/common';
import { ApiBearerAuth, ApiCreatedResponse, ApiOkResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { type Caller, CurrentCaller, RequireScope } from '../platform/http/auth.js';
import { ApiPage } from '../platform/http/described.js';
import { Idempotent } from '../platform/http/idempotency.js';
import { type PageOf, pageQuery } from '../platform/http/pages.js';
import { PresetView } from './preset.view.js';
import { PresetsService } from './presets.service.js';
import { ScenarioView } from './scenario.view.js';

@ApiTags('scenarios')
@ApiBearerAuth()
@Controller('v1/presets')
@RequireScope('scenarios')
export class PresetsController {
  constructor(private readonly presets: PresetsService) {}

  /** Ready-made scenarios with their letters, by key. */
  @Get()
  @ApiPage(PresetView)
  list(@Query('limit') limit?: string, @Query('cursor') cursor?: string): Promise<PageOf<PresetView>> {
    return this.presets.list(pageQuery('presets', limit, cursor));
  }

  /** Installs a preset as drafts: 201, or 200 when the store has that scenario already. */
  @Post(':key/install')
  @Idempotent()
  @ApiCreatedResponse({ description: 'the scenario is new', type: ScenarioView })
  @ApiOkResponse({ description: 'the store has a scenario of that key', type: ScenarioView })
  async install(
    @CurrentCaller() caller: Caller,
    @Param('key') key: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ScenarioView> {
    const { isNew, scenario } = await this.presets.install(caller, key);
    void reply.status(isNew ? 201 : 200);
    return scenario;
  }
}
