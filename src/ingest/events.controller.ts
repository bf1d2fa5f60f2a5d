import { Controller, Get, HttpCode, Param, Post, Query, Req, Res } from '@nestjs/common';
import { RouteSchema } from '@nestjs/platform-fastify';
import { ApiBearerAuth, ApiBody, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { contactFilter } from '../contacts/contact-lookup.js';
import { isEventType } from '../domain/event-types.js';
import { type Caller, CurrentCaller, RequireScope } from '../platform/http/auth.js';
import { ApiPage } from '../platform/http/described.js';
import { DirectRoute } from '../platform/http/direct-route.js';
import { BadInput } from '../platform/http/domain-error.js';
import { schemaOf } from '../platform/http/json-schema.js';
import { type PageOf, pageQuery } from '../platform/http/pages.js';
import { RouteLimits } from '../platform/http/route-config.js';
import { EVENT_SCHEMA } from './event-checker.js';
import { EventKeyHeader } from './event-key-header.js';
import { EventReader } from './event-reader.js';
import { EventBatchDto, EventDto } from './event.dto.js';
import { BatchTakenView, EventTakenView, EventView } from './event.view.js';
import { BATCH_BYTES, IngestService, LONGEST_BATCH_KEY } from './ingest.service.js';

/**
 * Bodies are checked by Fastify's Ajv against the DTOs' schemas. The posting routes take the request itself: each parameter
 * of Nest's would pass the ValidationPipe, which would check the body again at 25 times the cost. The one for single events
 * is direct: Nest's pipeline would run once an event.
 */
@ApiTags('events')
@ApiBearerAuth()
@Controller('v1/events')
export class EventsController {
  constructor(
    private readonly ingest: IngestService,
    private readonly reader: EventReader,
  ) {}

  /** Takes one event: 202 when it is durable. */
  @Post()
  @EventKeyHeader('Stands for the `id` of an event that has none.', 200)
  @HttpCode(202)
  @RequireScope('events:write')
  @RouteSchema({ body: EVENT_SCHEMA })
  @ApiBody({ type: EventDto })
  @DirectRoute()
  post(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<EventTakenView> {
    void reply.code(202);
    return this.ingest.one(
      request.body as EventDto,
      callerOf(request),
      request.headers['idempotency-key'] as string | undefined,
    );
  }

  /** Takes up to 1,000 events; each is answered on its own, in the order of the request. */
  @Post('batch')
  @EventKeyHeader(
    'Stands, with the event’s place behind it, for the `id` of an event that has none.',
    LONGEST_BATCH_KEY,
  )
  @HttpCode(202)
  @RequireScope('events:write')
  @RouteLimits({ bodyLimit: BATCH_BYTES, json: 'each-item' })
  @RouteSchema({ body: schemaOf(EventBatchDto) })
  @ApiBody({ type: EventBatchDto })
  postBatch(@Req() request: FastifyRequest): Promise<BatchTakenView> {
    const { events } = request.body as EventBatchDto;
    return this.ingest.many(events, callerOf(request), request.headers['idempotency-key'] as string | undefined);
  }

  /**
   * What was received, newest first, and what it did. With `type` and without `contact` a page looks at 100,000 events at most: it may hold
   * fewer than `limit`, or none, and `nextCursor` still goes on; only null is the end.
   */
  @Get()
  @RequireScope('contacts')
  @ApiPage(EventView)
  list(
    @CurrentCaller() caller: Caller,
    @Query('contact') contact?: string,
    @Query('type') type?: string,
    @Query('limit') limit?: string,
    @Query('cursor') cursor?: string,
  ): Promise<PageOf<EventView>> {
    if (type !== undefined && (typeof type !== 'string' || !isEventType(type)))
      throw new BadInput(
        'invalid_type',
        'type must be given once, as lower-case words with dots between them, such as cart.updated',
      );
    return this.reader.list(caller, { contact: contactFilter(contact), type }, pageQuery('events', limit, cursor));
  }

  /** One event by the client's id or ours, and what it did. */
  @Get(':id')
  @RequireScope('contacts')
  byId(@CurrentCaller() caller: Caller, @Param('id') id: string): Promise<EventView> {
    return this.reader.byId(caller, id);
  }
}

function callerOf({ caller }: FastifyRequest): Caller {
  if (!caller) throw new Error('a posting route lacks RequireScope');
  return caller;
}
