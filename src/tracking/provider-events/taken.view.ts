import { ApiProperty } from '@nestjs/swagger';

/** What taking reports did. */
export class TakenView {
  /** Reports that were not known before. */
  @ApiProperty({ type: 'integer' })
  readonly stored!: number;
  /** Reports that were known, or told twice: they change nothing. */
  @ApiProperty({ type: 'integer' })
  readonly duplicates!: number;
  /** Of the stored ones, those of letters that nobody here knows: kept, without effect. */
  @ApiProperty({ type: 'integer' })
  readonly parked!: number;
}
