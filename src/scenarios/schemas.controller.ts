import { Controller, Get } from '@nestjs/common';
import { ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { scenarioJsonSchema } from '../domain/scenario-schema.js';
import { Public } from '../platform/http/auth.js';

@ApiTags('scenarios')
@Controller('v1/schemas')
@Public()
export class SchemasController {
  private readonly scenarioSchema = scenarioJsonSchema();

  /** JSON Schema of the scenario document, for editors: it names no store, so it needs no key. */
  @Get('scenario')
  @ApiOkResponse({
    schema: { type: 'object', additionalProperties: true, description: 'A JSON Schema, draft 2020-12.' },
  })
  scenario(): object {
    return this.scenarioSchema;
  }
}
