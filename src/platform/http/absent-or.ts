import { ValidateIf } from 'class-validator';

/** The property may be absent, but not null: for fields that nothing can clear. */
export function AbsentOr(): PropertyDecorator {
  return (target, property) =>
    ValidateIf((_, value) => value !== undefined, { context: { absent: true } })(target, property);
}
