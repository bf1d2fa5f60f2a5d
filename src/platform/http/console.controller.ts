import { Controller, Get, Redirect } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { Public } from './auth.js';

/** Where people land: the API's own pages, as long as no console is built. */
@Controller()
@Public()
@ApiExcludeController()
export class ConsoleController {
  @Get()
  @Redirect('/console', 302)
  root(): void {
    // the decorator answers
  }

  @Get('console')
  @Redirect('/docs', 302)
  console(): void {
    // the decorator answers
  }
}
