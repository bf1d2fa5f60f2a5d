import { Body, Controller, Delete, Get, HttpCode, Param, Post, Put, Query } from '@nestjs/common';
import { ApiBearerAuth, ApiBody, ApiTags } from '@nestjs/swagger';
import { type Caller, CurrentCaller, RequireScope } from '../platform/http/auth.js';
import { ApiPage } from '../platform/http/described.js';
import { Idempotent } from '../platform/http/idempotency.js';
import { type PageOf, pageQuery } from '../platform/http/pages.js';
import { RouteLimits } from '../platform/http/route-config.js';
import { PublishScenarioDto } from './publish-scenario.dto.js';
import { ScenarioPublisher } from './scenario-publisher.js';
import { DRAFT_REF, SCENARIO_REF } from './scenario-schemas.js';
import {
  type PublishedView,
  type PublishingView,
  ScenarioLine,
  ScenarioVersionView,
  type ScenarioView,
} from './scenario.view.js';
import { ScenariosService } from './scenarios.service.js';

/** A chain of 500 steps, and steps within steps. */
const LIMITS = { json: { maxKeys: 10_000, maxDepth: 32 } };

const DOCUMENT = {
  description:
    'A scenario; its JSON Schema is also served at GET /v1/schemas/scenario. As long as it is a draft a key and a name are enough.',
  schema: { anyOf: [SCENARIO_REF, DRAFT_REF] },
};

@ApiTags('scenarios')
@ApiBearerAuth()
@Controller('v1/scenarios')
@RequireScope('scenarios')
export class ScenariosController {
  constructor(
    private readonly scenarios: ScenariosService,
    private readonly publisher: ScenarioPublisher,
  ) {}

  /** The store's scenarios by key, without their drafts. */
  @Get()
  @ApiPage(ScenarioLine)
  list(
    @CurrentCaller() caller: Caller,
    @Query('limit') limit?: string,
    @Query('cursor') cursor?: string,
  ): Promise<PageOf<ScenarioLine>> {
    return this.scenarios.list(caller, pageQuery('scenarios', limit, cursor));
  }

  /** Stores a scenario document as a draft. */
  @Post()
  @Idempotent()
  @RouteLimits(LIMITS)
  @ApiBody(DOCUMENT)
  create(@CurrentCaller() caller: Caller, @Body() document: object): Promise<ScenarioView> {
    return this.scenarios.create(caller, document);
  }

  /** A scenario's draft, what is wrong with it, and what runs of it. */
  @Get(':key')
  get(@CurrentCaller() caller: Caller, @Param('key') key: string): Promise<ScenarioView> {
    return this.scenarios.get(caller, key);
  }

  /** Replaces the draft; what is published stays as it is. */
  @Put(':key')
  @RouteLimits(LIMITS)
  @ApiBody(DOCUMENT)
  edit(@CurrentCaller() caller: Caller, @Param('key') key: string, @Body() document: object): Promise<ScenarioView> {
    return this.scenarios.edit(caller, key, document);
  }

  /** Deletes a scenario that runs nowhere and that nobody was ever in; one of the same key goes on behind its version numbers. */
  @Delete(':key')
  @HttpCode(204)
  remove(@CurrentCaller() caller: Caller, @Param('key') key: string): Promise<void> {
    return this.scenarios.remove(caller, key);
  }

  /**
   * Checks everything and publishes the draft as an immutable version in the caller's environment; 409 `runs_ending` while the runs of
   * one that was archived are still being ended.
   */
  @Post(':key/publish')
  @HttpCode(200)
  @ApiBody({ type: PublishScenarioDto, required: false })
  publish(
    @CurrentCaller() caller: Caller,
    @Param('key') key: string,
    @Body() body?: PublishScenarioDto,
  ): Promise<PublishingView> {
    return this.publisher.publish(caller, key, body?.version ?? undefined);
  }

  /** Nobody enters and nothing goes out until it is resumed. */
  @Post(':key/pause')
  @HttpCode(200)
  pause(@CurrentCaller() caller: Caller, @Param('key') key: string): Promise<PublishedView> {
    return this.publisher.pause(caller, key);
  }

  /** Lets go on what the pause held; a step that is late by now does what its `late` says. */
  @Post(':key/resume')
  @HttpCode(200)
  resume(@CurrentCaller() caller: Caller, @Param('key') key: string): Promise<PublishedView> {
    return this.publisher.resume(caller, key);
  }

  /** Ends the scenario's runs in the caller's environment. */
  @Post(':key/archive')
  @HttpCode(200)
  archive(@CurrentCaller() caller: Caller, @Param('key') key: string): Promise<PublishedView> {
    return this.publisher.archive(caller, key);
  }

  /** Published versions, newest first. */
  @Get(':key/versions')
  @ApiPage(ScenarioVersionView)
  versions(
    @CurrentCaller() caller: Caller,
    @Param('key') key: string,
    @Query('limit') limit?: string,
    @Query('cursor') cursor?: string,
  ): Promise<PageOf<ScenarioVersionView>> {
    return this.scenarios.versions(caller, key, pageQuery('scenario-versions', limit, cursor));
  }
}
