import { Body, Controller, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiBearerAuth, ApiBody, ApiTags } from '@nestjs/swagger';
import { type Caller, CurrentCaller, RequireScope } from '../platform/http/auth.js';
import { ApiPage } from '../platform/http/described.js';
import { type PageOf, pageQuery } from '../platform/http/pages.js';
import { EnrollmentView } from './enrollment.view.js';
import { EnrollmentsService } from './enrollments.service.js';
import { ExitEnrollmentDto } from './exit-enrollment.dto.js';

@ApiTags('scenarios')
@ApiBearerAuth()
@Controller('v1')
@RequireScope('scenarios')
export class EnrollmentsController {
  constructor(private readonly enrollments: EnrollmentsService) {}

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
