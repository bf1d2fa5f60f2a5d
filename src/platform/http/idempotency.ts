import { SetMetadata } from '@nestjs/common';

export const IDEMPOTENT = 'touchmap:idempotent';

/** A POST that creates something: repeats with the same `Idempotency-Key` answer what the first answered. */
export function Idempotent(): MethodDecorator {
  return SetMetadata(IDEMPOTENT, true);
}
