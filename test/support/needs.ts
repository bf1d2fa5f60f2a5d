import { existsSync } from 'node:fs';
import path from 'node:path';

/** Whether a program is installed on this machine. */
export function hasCommand(name: string): boolean {
  return (process.env.PATH ?? '').split(path.delimiter).some((directory) => existsSync(path.join(directory, name)));
}

/**
 * A suite that needs something which a machine may lack: skipped under a name that says so, but never with CI=true, where
 * what suites need is installed; there it runs and fails.
 */
export function describeIf(what: string, present: boolean, suite: () => void): void {
  if (present || process.env.CI === 'true') describe(what, suite);
  else describe.skip(`${what} (skipped: not installed)`, suite);
}
