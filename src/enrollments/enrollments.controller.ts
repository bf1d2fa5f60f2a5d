import { Body, Controller, Get, HttpCode, Param, Post, Query, Req } from '@nestjs/common';
import { RouteSchema } from '@nestjs/platform-fastify';
import { ApiBearerAuth, ApiBody, ApiTags } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { EventKeyHeader } from '../ingest/event-key-header.js';
import { BatchTakenView } from '../ingest/event.view.js';
import { BATCH_BYTES, LONGEST_BATCH_KEY } from '../ingest/ingest.service.js';
import { type Caller, CurrentCaller, RequireScope } from '../platform/http/auth.js';
import { ApiPage } from '../platform/http/described.js';
import { schemaOf } from '../platform/http/json-schema.js';
import { type PageOf, pageQuery } from '../platform/http/pages.js';
import { RouteLimits } from '../platform/http/route-config.js';
import { EnrollmentView } from './enrollment.view.js';
import { EnrollmentsService } from './enrollments.service.js';
import { ExitEnrollmentDto } from './exit-enrollment.dto.js';
import { ManualStarts } from './manual-starts.js';
import { StartPeopleDto } from './start-people.dto.js';

@ApiTags('scenarios')
@ApiBearerAuth()
@Controller('v1')
@RequireScope('scenarios')
export class EnrollmentsController {
  constructor(
    private readonly enrollments: EnrollmentsService,
    private readonly starts: ManualStarts,
  ) {}

  /**
   * Starts a scenario with the trigger `manual` for up to 1,000 people. Each is answered on their own, in the order of the request, when it
   * is durable. A start is an event of type `scenario.start_requested`: what it did, or why it did nothing, is at
   * `GET /v1/events/{id}`, and re-entry, exits and consent hold as for any event. 409 `not_manual`, `not_published`, `paused` or `archived`
   * where nobody could enter: then nothing is stored.
   */
  @Post('scenarios/:key/enrollments')
  @EventKeyHeader('Stands, with the person’s place behind it, for the `id` of one who has none.', LONGEST_BATCH_KEY)
  @HttpCode(202)
  @RouteLimits({ bodyLimit: BATCH_BYTES, json: 'each-item' })
  @RouteSchema({ body: schemaOf(StartPeopleDto) })
  @ApiBody({ type: StartPeopleDto })
  start(
    @CurrentCaller() caller: Caller,
    @Param('key') key: string,
    @Req() { body, headers }: FastifyRequest,
  ): Promise<BatchTakenView> {
    const { people } = body as StartPeopleDto;
    return this.starts.start(caller, key, people, headers['idempotency-key'] as string | undefined);
  }

  /** Who is, and was, in a scenario, newest first. */
  @Get('scenarios/:key/enrollments')
  @ApiPage(EnrollmentView)
  list(
    @CurrentCaller() caller: Caller,
    @Param('key') key: string,
    @Query('state') state?: string,
    @Query('limit') limit?: string,
    @Query('cursor') cursor?: string,
  ): Promise<PageOf<EnrollmentView>> {
    return this.enrollments.list(caller, key, pageQuery('enrollments', limit, cursor), state);
  }

  /** Ends a run by hand. */
  @Post('enrollments/:id/exit')
  @HttpCode(200)
  @ApiBody({ type: ExitEnrollmentDto, required: false })
  exit(
    @CurrentCaller() caller: Caller,
    @Param('id') id: string,
    @Body() body?: ExitEnrollmentDto,
  ): Promise<EnrollmentView> {
    return this.enrollments.exit(caller, id, body?.reason ?? 'manual');
  }
}
