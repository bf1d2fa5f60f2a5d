import { ApiExtraModels, ApiProperty, getSchemaPath } from '@nestjs/swagger';

/** The process answers. */
export class LiveView {
  /** No other answer than this one. */
  readonly status!: 'live';
}

/** What one check found. */
export class CheckView {
  /** `warn` is for people to look at soon; `fail` means that this process should get no work. */
  readonly state!: 'ok' | 'warn' | 'fail';
  /** What is wrong and what to do; absent when ok. Never data. */
  readonly detail?: string;
}

/** Whether this process should get work, and why not. */
@ApiExtraModels(CheckView)
export class HealthView {
  /** `ready` while no check fails. */
  readonly status!: 'ready' | 'not_ready';
  /** By name, such as `started`, `database` or `schema`. */
  @ApiProperty({ type: 'object', additionalProperties: { $ref: getSchemaPath(CheckView) } })
  readonly checks!: Readonly<Record<string, CheckView>>;
}
