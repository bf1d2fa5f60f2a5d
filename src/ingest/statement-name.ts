/**
 * A prepared statement's name that changes whenever `uses` reaches the next power of ten (up to a million). PostgreSQL keeps
 * the plan that it made under a name; made while the tables were empty it scans them, and would still do so with a million
 * rows if nothing has analysed them since.
 */
export function statementName(base: string, uses: number): string {
  return `${base}_${Math.min(String(uses).length, 7)}`;
}
