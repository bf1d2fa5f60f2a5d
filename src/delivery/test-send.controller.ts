import { Body, Controller, HttpCode, Post } from '@nestjs/common';
import { ApiBearerAuth, ApiTags } from '@nestjs/swagger';
import { type Caller, CurrentCaller, RequireScope } from '../platform/http/auth.js';
import { Idempotent } from '../platform/http/idempotency.js';
import { keyPaths, PathKey } from '../templates/template-key.js';
import { TestSendDto } from './test-send.dto.js';
import type { TestSendView } from './test-send.view.js';
import { TestSend } from './test-send.js';

@ApiTags('templates')
@ApiBearerAuth()
@Controller('v1/templates')
@RequireScope('templates')
export class TestSendController {
  constructor(private readonly tests: TestSend) {}

  /** Sends the draft (or a version) to given addresses, with sample data; never counted. 422 when it cannot be rendered. */
  @Post(keyPaths('/test'))
  @HttpCode(200)
  @Idempotent()
  template(@CurrentCaller() caller: Caller, @PathKey() key: string, @Body() dto: TestSendDto): Promise<TestSendView> {
    return this.tests.send(caller, key, dto);
  }
}
