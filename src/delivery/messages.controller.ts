import { Controller, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiBearerAuth, ApiTags } from '@nestjs/swagger';
import { type Caller, CurrentCaller, RequireScope } from '../platform/http/auth.js';
import { ApiPage } from '../platform/http/described.js';
import { type PageOf, pageQuery } from '../platform/http/pages.js';
import { messageFilter } from './message-filter.js';
import { MessageReader } from './message-reader.js';
import { MessageDetailView, MessageView } from './message.view.js';
import { Resend } from './resend.js';

@ApiTags('messages')
@ApiBearerAuth()
@Controller('v1/messages')
export class MessagesController {
  constructor(
    private readonly messages: MessageReader,
    private readonly again: Resend,
  ) {}

  /** Letters, newest first: one row a run, email step and pass, whatever became of it. */
  @Get()
  @RequireScope('contacts')
  @ApiPage(MessageView)
  list(
    @CurrentCaller() caller: Caller,
    @Query('contact') contact?: string,
    @Query('scenario') scenario?: string,
    @Query('step') step?: string,
    @Query('state') state?: string,
    @Query('delivery') delivery?: string,
    @Query('limit') limit?: string,
    @Query('cursor') cursor?: string,
  ): Promise<PageOf<MessageView>> {
    const filter = messageFilter({ contact, scenario, step, state, delivery });
    return this.messages.list(caller, filter, pageQuery('messages', limit, cursor));
  }

  /** One letter with its content, its attempts, what was reported of it and what people did with it. */
  @Get(':id')
  @RequireScope('contacts')
  byId(@CurrentCaller() caller: Caller, @Param('id') id: string): Promise<MessageDetailView> {
    return this.messages.byId(caller, id);
  }

  /** Sends a letter again that ended rejected, failed or unresolved; 409 `not_resendable` otherwise. */
  @Post(':id/resend')
  @HttpCode(200)
  @RequireScope('scenarios')
  async resend(@CurrentCaller() caller: Caller, @Param('id') id: string): Promise<MessageDetailView> {
    const { id: known } = await this.messages.byId(caller, id);
    await this.again.resend(caller, known);
    return this.messages.byId(caller, known);
  }
}
