/** A row that was not taken. */
export interface RowError {
  /** Line of the file, the header is 1; of a row with line breaks in it the last. */
  readonly line: number;
  /** Stable snake_case word. */
  readonly code: string;
  readonly detail: string;
}

/** What became of a file's rows; good ones are taken whatever the others are like. */
export interface ImportReport {
  readonly rows: number;
  readonly created: number;
  /** Rows about somebody, or an address, that was known. */
  readonly updated: number;
  readonly rejected: number;
  /** Every rejected row, in the order of the file. */
  readonly errors: readonly RowError[];
}
