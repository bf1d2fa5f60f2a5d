import { Readable } from 'node:stream';
import { Controller, Delete, Get, HttpCode, Param, Put, Query, StreamableFile } from '@nestjs/common';
import { ApiBearerAuth, ApiExtraModels, ApiOkResponse, ApiQuery, ApiTags, getSchemaPath } from '@nestjs/swagger';
import { type Caller, CurrentCaller, RequireScope } from '../platform/http/auth.js';
import { pageOfItems } from '../platform/http/described.js';
import { BadInput } from '../platform/http/domain-error.js';
import { type PageOf, pageQuery } from '../platform/http/pages.js';
import { SuppressionList } from './import/suppression-list.js';
import { SuppressionView } from './suppression.view.js';
import { SuppressionsService } from './suppressions.service.js';

const LIST = {
  content: {
    'application/json': { schema: pageOfItems({ $ref: getSchemaPath(SuppressionView) }) },
    'text/csv': { schema: { type: 'string' } },
  },
} as const;

@ApiTags('contacts')
@ApiBearerAuth()
@ApiExtraModels(SuppressionView)
@Controller('v1/suppressions')
@RequireScope('contacts')
export class SuppressionsController {
  constructor(
    private readonly suppressions: SuppressionsService,
    private readonly whole: SuppressionList,
  ) {}

  /**
   * Every blocked address with its reason, by address; `format=csv` gives the whole list as a file. That of somebody who was erased is
   * not in it, but found when it is asked for.
   */
  @Get()
  @ApiQuery({ name: 'format', enum: ['json', 'csv'], required: false })
  @ApiQuery({ name: 'limit', required: false })
  @ApiQuery({ name: 'cursor', required: false })
  @ApiOkResponse(LIST)
  async list(
    @CurrentCaller() caller: Caller,
    @Query('format') format?: string,
    @Query('limit') limit?: string,
    @Query('cursor') cursor?: string,
  ): Promise<PageOf<SuppressionView> | StreamableFile> {
    if (format === undefined || format === 'json')
      return await this.whole.list(caller, pageQuery('suppressions', limit, cursor));
    if (format !== 'csv') throw new BadInput('invalid_format', 'format must be json or csv');
    return new StreamableFile(Readable.from(this.whole.csv(caller), { objectMode: false }), {
      type: 'text/csv; charset=utf-8',
      disposition: 'attachment; filename="touchmap-suppressions.csv"',
    });
  }

  /** Why nothing is sent to this address; 404 when it may be written to. */
  @Get(':email')
  get(@CurrentCaller() caller: Caller, @Param('email') email: string): Promise<SuppressionView> {
    return this.suppressions.get(caller, email);
  }

  /** Blocks the address by hand: its reason is `manual`, and a body is not read. */
  @Put(':email')
  put(@CurrentCaller() caller: Caller, @Param('email') email: string): Promise<SuppressionView> {
    return this.suppressions.put(caller, email);
  }

  /** Lets the address be written to again. */
  @Delete(':email')
  @HttpCode(204)
  remove(@CurrentCaller() caller: Caller, @Param('email') email: string): Promise<void> {
    return this.suppressions.remove(caller, email);
  }
}
