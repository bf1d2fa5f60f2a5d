import { Controller, Delete, Get, HttpCode, Param, Put } from '@nestjs/common';
import { ApiBearerAuth, ApiTags } from '@nestjs/swagger';
import { type Caller, CurrentCaller, RequireScope } from '../platform/http/auth.js';
import { SuppressionsService, type SuppressionView } from './suppressions.service.js';

@ApiTags('contacts')
@ApiBearerAuth()
@Controller('v1/suppressions')
@RequireScope('contacts')
export class SuppressionsController {
  constructor(private readonly suppressions: SuppressionsService) {}

  /** Why nothing is sent to this address; 404 when it may be written to. */
  @Get(':email')
  get(@CurrentCaller() caller: Caller, @Param('email') email: string): Promise<SuppressionView> {
    return this.suppressions.get(caller, email);
  }

  /** Blocks the address. */
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
