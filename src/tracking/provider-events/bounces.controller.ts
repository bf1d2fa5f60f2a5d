import { Body, Controller, HttpCode, Injectable, Post, Req } from '@nestjs/common';
import { ApiBearerAuth, ApiBody, ApiTags } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { Public } from '../../platform/http/auth.js';
import { DomainError } from '../../platform/http/domain-error.js';
import { type Gate, Gated } from '../../platform/http/gate.js';
import { RouteLimits } from '../../platform/http/route-config.js';
import { bounceReports, REPORT_KINDS } from './bounce-report.js';
import { ConnectorDirectory, type Reporter } from './connector-directory.js';
import { ProviderEvents } from './provider-events.service.js';
import type { TakenView } from './taken.view.js';

/** No connector of bounces has this secret. */
class Unauthorized extends DomainError {
  readonly code = 'unauthorized';
  readonly status = 401;

  constructor() {
    super('send the secret of a connector of kind bounces: Authorization: Bearer tm_bounces_…');
  }
}

type HookRequest = FastifyRequest & { reporter?: Reporter };

/** Lets readers of bounces in. */
@Injectable()
export class BouncesGate implements Gate {
  constructor(private readonly connectors: ConnectorDirectory) {}

  async admit(request: HookRequest): Promise<void> {
    const reporter = await this.connectors.bounces(request.headers.authorization);
    if (!reporter) throw new Unauthorized();
    request.reporter = reporter;
  }
}

const REPORT = {
  type: 'object',
  required: ['kind'],
  example: { address: 'anna@example.com', kind: 'hard', reason: '550 5.1.1 no such user', at: '2026-11-21T09:00:00Z' },
  properties: {
    messageId: {
      type: 'string',
      nullable: true,
      description: 'The letter’s id, or its Message-ID header as we wrote it.',
    },
    address: {
      type: 'string',
      format: 'email',
      nullable: true,
      description: 'Where no letter is known: the address that refused.',
    },
    kind: {
      type: 'string',
      enum: [...REPORT_KINDS],
      description:
        'How the refusal ended the letter. A hard one of which the reason says that it is about the sender (5.7.x, relaying, a blacklist) counts as soft.',
    },
    reason: { type: 'string', nullable: true, description: 'The mail server’s words.' },
    at: {
      type: 'string',
      format: 'date-time',
      nullable: true,
      description: 'When it happened; by default now. With it a repeated report of an address is always known again.',
    },
  },
};

@ApiTags('hooks')
@ApiBearerAuth('connectorSecret')
@Controller('hooks/bounces')
@Public()
export class BouncesController {
  constructor(private readonly events: ProviderEvents) {}

  /** Takes bounces and complaints from whoever reads the mailbox of an SMTP sender: one report, or up to 1,000 in a list. */
  @Post()
  @HttpCode(200)
  @Gated(BouncesGate)
  @RouteLimits({ bodyLimit: 1024 * 1024, json: { maxKeys: 5_000 } })
  @ApiBody({ schema: { oneOf: [REPORT, { type: 'array', maxItems: 1_000, items: REPORT }] } })
  take(@Req() request: HookRequest, @Body() body: unknown): Promise<TakenView> {
    return this.events.take(request.reporter!, bounceReports(body));
  }
}
