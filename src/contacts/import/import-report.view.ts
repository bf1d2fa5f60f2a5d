import { ApiProperty } from '@nestjs/swagger';

/** A row that was not taken. */
export class RowErrorView {
  /** Line of the file, the header is 1; of a row with line breaks in it the last. */
  @ApiProperty({ type: 'integer' })
  readonly line!: number;
  /** Stable snake_case word. */
  readonly code!: string;
  /** A sentence for people. */
  readonly detail!: string;
}

/** What became of a file's rows; good ones are taken whatever the others are like. */
export class ImportReportView {
  /** Rows of the file, the header not among them. */
  @ApiProperty({ type: 'integer' })
  readonly rows!: number;
  /** Rows that made somebody, or blocked an address. */
  @ApiProperty({ type: 'integer' })
  readonly created!: number;
  /** Rows about somebody, or an address, that was known. */
  @ApiProperty({ type: 'integer' })
  readonly updated!: number;
  /** Rows that were not taken. */
  @ApiProperty({ type: 'integer' })
  readonly rejected!: number;
  /** Every rejected row, in the order of the file. */
  readonly errors!: RowErrorView[];
}
