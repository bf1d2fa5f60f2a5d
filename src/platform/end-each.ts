/**
 * Ends one after the other, each also when one before it failed: a spool on a full disk must not leave the database's server running.
 * Throws what the first failure threw.
 */
export async function endEach(ends: readonly (() => Promise<void>)[]): Promise<void> {
  const failures: unknown[] = [];
  for (const end of ends) await end().catch((error: unknown) => failures.push(error));
  if (failures.length > 0) throw failures[0];
}
