/** Something wrong in a document, where it is (JSON pointer, RFC 6901) and what to do about it. */
export interface Problem {
  readonly pointer: string;
  /** Stable snake_case word, for programs. */
  readonly code: string;
  /** A sentence for people. */
  readonly detail: string;
}
