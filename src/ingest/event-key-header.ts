import { ApiHeader } from '@nestjs/swagger';

/** Idempotency-Key as routes that take events read it, for the API's description. */
export const EventKeyHeader = (description: string, maxLength: number): MethodDecorator =>
  ApiHeader({
    name: 'Idempotency-Key',
    required: false,
    description,
    schema: { type: 'string', minLength: 1, maxLength, pattern: '^[!-~]+$' },
  });
