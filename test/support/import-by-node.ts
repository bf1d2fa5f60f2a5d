/**
 * A package, or a file as seen from `test/support` (`../../dist/…`), as Node imports it: once for all test files of a process
 * (`test-environment.mjs`). What it makes is of another realm: its lists and errors are no `instanceof` of the test's.
 */
export function importByNode<Module>(specifier: string): Promise<Module> {
  return (globalThis as unknown as { importByNode(specifier: string): Promise<Module> }).importByNode(specifier);
}
