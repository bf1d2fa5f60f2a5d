import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiBearerAuth, ApiTags } from '@nestjs/swagger';
import { type Caller, CurrentCaller, RequireScope } from '../platform/http/auth.js';
import { type PageOf, pageQuery } from '../platform/http/pages.js';
import { ContactHistory, type TimelineItem } from './contact-history.js';
import { ExplainQueryDto } from './explain-query.dto.js';
import type { Explanation } from './explanation.js';

@ApiTags('people')
@ApiBearerAuth()
@Controller('v1/contacts/:contact')
@RequireScope('contacts')
export class ContactHistoryController {
  constructor(private readonly history: ContactHistory) {}

  /** Everything that happened to a person, oldest first. */
  @Get('timeline')
  timeline(
    @CurrentCaller() caller: Caller,
    @Param('contact') contact: string,
    @Query('limit') limit?: string,
    @Query('cursor') cursor?: string,
  ): Promise<PageOf<TimelineItem>> {
    return this.history.timeline(caller, contact, pageQuery(limit, cursor));
  }

  /** Why a person did or did not get the letters of a scenario. */
  @Get('explain')
  explain(
    @CurrentCaller() caller: Caller,
    @Param('contact') contact: string,
    @Query() query: ExplainQueryDto,
  ): Promise<Explanation> {
    return this.history.explain(caller, contact, query.scenario);
  }
}
