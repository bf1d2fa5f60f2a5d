import { Body, Controller, Get, HttpCode, Post } from '@nestjs/common';
import { ApiBearerAuth, ApiTags } from '@nestjs/swagger';
import { type Caller, CurrentCaller, RequireScope, SandboxOnly } from '../platform/http/auth.js';
import { AdvanceDto, EngageDto, ResetDto } from './sandbox.dto.js';
import { SandboxPeople } from './sandbox-people.js';
import { SandboxService } from './sandbox.service.js';
import { AdvancedView, EngagedView, SandboxStateView } from './sandbox.view.js';

@ApiTags('sandbox')
@ApiBearerAuth()
@Controller('v1/sandbox')
@RequireScope('events:write')
@SandboxOnly()
export class SandboxController {
  constructor(
    private readonly sandbox: SandboxService,
    private readonly people: SandboxPeople,
  ) {}

  /** Where the sandbox's clock stands and what waits. */
  @Get()
  state(@CurrentCaller() caller: Caller): Promise<SandboxStateView> {
    return this.sandbox.state(caller.environmentId);
  }

  /** Lets time pass: everything due on the way happens, the new now included. */
  @Post('advance')
  @HttpCode(200)
  advance(@CurrentCaller() caller: Caller, @Body() dto: AdvanceDto): Promise<AdvancedView> {
    return this.sandbox.advance(caller.environmentId, dto);
  }

  /** Plays what a recipient does with a letter now. */
  @Post('engage')
  @HttpCode(200)
  engage(@CurrentCaller() caller: Caller, @Body() dto: EngageDto): Promise<EngagedView> {
    return this.people.engage(caller.environmentId, dto);
  }

  /** Clears people, events, runs, messages and figures; definitions and what is published stay. */
  @Post('reset')
  @HttpCode(200)
  reset(@CurrentCaller() caller: Caller, @Body() dto: ResetDto): Promise<SandboxStateView> {
    return this.sandbox.reset(caller.environmentId, dto.now === undefined ? null : new Date(dto.now));
  }
}
