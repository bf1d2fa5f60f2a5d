import { Body, Controller, Delete, Get, HttpCode, Param, Patch, Put, Req, Res } from '@nestjs/common';
import { ApiBearerAuth, ApiCreatedResponse, ApiOkResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { type Caller, CurrentCaller, RequireScope } from '../platform/http/auth.js';
import { BadInput } from '../platform/http/domain-error.js';
import { ContactDto } from './contact.dto.js';
import { ContactView } from './contact.view.js';
import { ContactsService } from './contacts.service.js';

@ApiTags('contacts')
@ApiBearerAuth()
@Controller('v1/contacts')
@RequireScope('contacts')
export class ContactsController {
  constructor(private readonly contacts: ContactsService) {}

  /** A person, by e-mail address or id. */
  @Get(':ref')
  get(@CurrentCaller() caller: Caller, @Param('ref') ref: string): Promise<ContactView> {
    return this.contacts.get(caller, ref);
  }

  /** Replaces a person's fields (identities and consent only when named); 201 when the address was new: it is then the person's. */
  @Put(':ref')
  @ApiOkResponse({ description: 'the person was known', type: ContactView })
  @ApiCreatedResponse({ description: 'the address was new', type: ContactView })
  async put(
    @CurrentCaller() caller: Caller,
    @Param('ref') ref: string,
    @Body() dto: ContactDto,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ContactView> {
    // A client that lost its body must not clear everything that is known of a person.
    if (request.body === undefined)
      throw new BadInput('body_missing', 'send what the person has as JSON; {} clears all');
    const { created, contact } = await this.contacts.put(caller, ref, dto);
    void reply.status(created ? 201 : 200);
    return contact;
  }

  /** Changes the named fields; null clears. */
  @Patch(':ref')
  patch(@CurrentCaller() caller: Caller, @Param('ref') ref: string, @Body() dto: ContactDto): Promise<ContactView> {
    return this.contacts.patch(caller, ref, dto);
  }

  /** Erases the person: runs end, everything personal is scrubbed. */
  @Delete(':ref')
  @HttpCode(204)
  erase(@CurrentCaller() caller: Caller, @Param('ref') ref: string): Promise<void> {
    return this.contacts.erase(caller, ref);
  }
}
