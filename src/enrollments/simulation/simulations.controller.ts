import { Body, Controller, HttpCode, Param, Post } from '@nestjs/common';
import { ApiBearerAuth, ApiTags } from '@nestjs/swagger';
import { type Caller, CurrentCaller, RequireScope } from '../../platform/http/auth.js';
import { RouteLimits } from '../../platform/http/route-config.js';
import { SimulateDto } from './simulate.dto.js';
import type { SimulationView } from './simulation.view.js';
import { Simulations } from './simulations.js';

/** An event as large as any, three levels down, and what comes after it. */
const LIMITS = { bodyLimit: 512 * 1024, json: { maxKeys: 5_000, maxDepth: 19 } };

@ApiTags('scenarios')
@ApiBearerAuth()
@Controller('v1/scenarios')
@RequireScope('scenarios')
export class SimulationsController {
  constructor(private readonly simulations: Simulations) {}

  /** Plays a scenario for one person, from an event to the end; nothing is stored and nothing sent. */
  @Post(':key/simulate')
  @HttpCode(200)
  @RouteLimits(LIMITS)
  play(@CurrentCaller() caller: Caller, @Param('key') key: string, @Body() dto: SimulateDto): Promise<SimulationView> {
    return this.simulations.play(caller, key, dto);
  }
}
