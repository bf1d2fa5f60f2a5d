import { Controller, Get, Param, Query, Res } from '@nestjs/common';
import { ApiBearerAuth, ApiExtraModels, ApiOkResponse, ApiTags, getSchemaPath } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { type Caller, CurrentCaller, RequireScope } from '../platform/http/auth.js';
import { LiftQueryDto, LiftView } from './lift.dto.js';
import { ScenarioLift } from './scenario-lift.js';
import { ScenarioStats } from './scenario-stats.js';
import { ScenarioVariants } from './scenario-variants.js';
import { statsCsv } from './stats-csv.js';
import { StatsQueryDto } from './stats-query.dto.js';
import { StatsTableView } from './stats-table.view.js';
import { VariantsQueryDto, VariantsView } from './variants.dto.js';

const TABLE = {
  content: {
    'application/json': { schema: { $ref: getSchemaPath(StatsTableView) } },
    'text/csv': { schema: { type: 'string' } },
  },
} as const;

@ApiTags('statistics')
@ApiBearerAuth()
@ApiExtraModels(StatsTableView)
@Controller('v1/stats/scenarios')
@RequireScope('stats:read')
export class StatsController {
  constructor(
    private readonly stats: ScenarioStats,
    private readonly scenarioLift: ScenarioLift,
    private readonly scenarioVariants: ScenarioVariants,
  ) {}

  /** What every letter of every scenario brought. */
  @Get()
  @ApiOkResponse(TABLE)
  all(
    @CurrentCaller() caller: Caller,
    @Query() query: StatsQueryDto,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<StatsTableView | string> {
    return this.answer(caller, null, query, reply);
  }

  /** What every letter of one scenario brought. */
  @Get(':key')
  @ApiOkResponse(TABLE)
  one(
    @CurrentCaller() caller: Caller,
    @Param('key') key: string,
    @Query() query: StatsQueryDto,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<StatsTableView | string> {
    return this.answer(caller, key, query, reply);
  }

  /** What the letters of a scenario with a hold-out add, beside the people who get none. */
  @Get(':key/lift')
  lift(@CurrentCaller() caller: Caller, @Param('key') key: string, @Query() query: LiftQueryDto): Promise<LiftView> {
    return this.scenarioLift.lift(caller, key, query);
  }

  /** What the variants of a split brought, by the people who were drawn into each; those of a control too, who get no letter. */
  @Get(':key/variants')
  variants(
    @CurrentCaller() caller: Caller,
    @Param('key') key: string,
    @Query() query: VariantsQueryDto,
  ): Promise<VariantsView> {
    return this.scenarioVariants.variants(caller, key, query);
  }

  private async answer(
    caller: Caller,
    scenario: string | null,
    query: StatsQueryDto,
    reply: FastifyReply,
  ): Promise<StatsTableView | string> {
    const by = query.by ?? 'step';
    const table = await this.stats.table(caller, {
      scenario,
      by,
      machine: query.machine === 'include',
      span: query,
    });
    if (query.format !== 'csv') return table;
    void reply.header('content-type', 'text/csv; charset=utf-8');
    void reply.header('content-disposition', 'attachment; filename="touchmap-scenarios.csv"');
    return statsCsv(table.items, by);
  }
}
