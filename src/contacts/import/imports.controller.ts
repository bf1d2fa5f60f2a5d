import { Controller, HttpCode, Post, Query, Req } from '@nestjs/common';
import { ApiBearerAuth, ApiBody, ApiConsumes, ApiQuery, ApiTags } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { type Caller, CurrentCaller, RequireScope } from '../../platform/http/auth.js';
import { csvBody, TakesCsv } from '../../platform/http/csv-body.js';
import { ContactImport } from './contact-import.js';
import type { ImportReportView } from './import-report.view.js';
import { SuppressionList } from './suppression-list.js';

const CSV = { schema: { type: 'string', format: 'binary' } } as const;

@ApiTags('contacts')
@ApiBearerAuth()
@Controller('v1')
@RequireScope('contacts')
export class ImportsController {
  constructor(
    private readonly contacts: ContactImport,
    private readonly suppressions: SuppressionList,
  ) {}

  /**
   * Takes people from a CSV file (UTF-8, a header, at most 50,000 rows, unreadable ones among them, and 16 MiB). Columns: email, externalId, firstName,
   * lastName, phone, locale, timezone, tags, attributes.…, consent with consentSource and perhaps consentAt and confirmedAt.
   * `map=Column:field` names a column, `map=Column:` leaves it out, as one without a name is. An empty cell leaves what is known. Good rows are taken, bad
   * ones told with line and reason; the same file twice changes nothing more,
   * and so no Idempotency-Key is read: it could not be compared before the file was read. No letter is sent.
   */
  @Post('contacts/import')
  @HttpCode(200)
  @TakesCsv()
  @ApiConsumes('text/csv')
  @ApiBody(CSV)
  @ApiQuery({ name: 'map', isArray: true, type: String, required: false })
  importContacts(
    @CurrentCaller() caller: Caller,
    @Req() request: FastifyRequest,
    @Query('map') map: string | string[] = [],
  ): Promise<ImportReportView> {
    return this.contacts.run(caller, csvBody(request.body), [map].flat());
  }

  /**
   * Blocks the addresses of a CSV file: email and perhaps reason (hard_bounce, soft_bounces, complaint, manual). The same file twice changes
   * nothing more, and no Idempotency-Key is read.
   */
  @Post('suppressions/import')
  @HttpCode(200)
  @TakesCsv()
  @ApiConsumes('text/csv')
  @ApiBody(CSV)
  importSuppressions(@CurrentCaller() caller: Caller, @Req() request: FastifyRequest): Promise<ImportReportView> {
    return this.suppressions.take(caller, csvBody(request.body));
  }
}
