import { Readable } from 'node:stream';
import { Controller, Get, Header, Param, Query, StreamableFile } from '@nestjs/common';
import { ApiBearerAuth, ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { type Caller, CurrentCaller, RequireScope } from '../platform/http/auth.js';
import { ApiPageOfKinds } from '../platform/http/described.js';
import { type PageOf, pageQuery } from '../platform/http/pages.js';
import { ContactExport } from './contact-export.js';
import { ContactExportView } from './contact-export.view.js';
import { ContactHistory } from './contact-history.js';
import { ExplainQueryDto } from './explain-query.dto.js';
import { ExplanationView } from './explanation.view.js';
import { TIMELINE_KINDS, type TimelineItem } from './timeline.view.js';

@ApiTags('people')
@ApiBearerAuth()
@Controller('v1/contacts/:contact')
@RequireScope('contacts')
export class ContactHistoryController {
  constructor(
    private readonly history: ContactHistory,
    private readonly exports: ContactExport,
  ) {}

  /** Everything that happened to a person, oldest first. */
  @Get('timeline')
  @ApiPageOfKinds('kind', TIMELINE_KINDS)
  timeline(
    @CurrentCaller() caller: Caller,
    @Param('contact') contact: string,
    @Query('limit') limit?: string,
    @Query('cursor') cursor?: string,
  ): Promise<PageOf<TimelineItem>> {
    return this.history.timeline(caller, contact, pageQuery('timeline', limit, cursor));
  }

  /**
   * Everything that is kept about a person, as one JSON document: profile, consents with their evidence, suppressions, events,
   * runs, letters with their text, what they did with them, what providers reported, goals. Streamed, however long it is.
   */
  @Get('export')
  @ApiOkResponse({ type: ContactExportView })
  @Header('cache-control', 'no-store')
  async export(@CurrentCaller() caller: Caller, @Param('contact') contact: string): Promise<StreamableFile> {
    const document = await this.exports.start(caller, contact);
    return new StreamableFile(Readable.from(document, { objectMode: false }), {
      type: 'application/json; charset=utf-8',
      disposition: 'attachment; filename="touchmap-person.json"',
    });
  }

  /** Why a person did or did not get the letters of a scenario. */
  @Get('explain')
  explain(
    @CurrentCaller() caller: Caller,
    @Param('contact') contact: string,
    @Query() query: ExplainQueryDto,
  ): Promise<ExplanationView> {
    return this.history.explain(caller, contact, query);
  }
}
