import { spawn } from 'node:child_process';
import os from 'node:os';
import path from 'node:path';
import type { Account } from './account.js';

interface Surroundings {
  readonly cwd: string;
  /** Beside this process's own. */
  readonly env?: Readonly<Record<string, string>>;
}

/** The account may not be able to enter our working directory. */
const ANYWHERE: Surroundings = { cwd: os.tmpdir() };

const DISK_IS_FULL = /^.*(?:No space left on device|Disk quota exceeded|wrote only \d+ of \d+ bytes)/m;
const MOST_OF_OUTPUT = 800;

/** What a program of PostgreSQL failed with, and the end of what it said; of a full disk the line that says so, as an error of Node's own. */
export function programError(failure: string, output: string, cause?: unknown): Error {
  const [full] = DISK_IS_FULL.exec(output) ?? [];
  const error = new Error(`${failure}: ${full ?? output.trim().slice(-MOST_OF_OUTPUT)}`, cause ? { cause } : {});
  return full === undefined ? error : Object.assign(error, { code: 'ENOSPC' });
}

/** Runs one of PostgreSQL's programs to its end; rejects with what it printed. */
export function runProgram(
  file: string,
  args: readonly string[],
  account: Account | undefined,
  { cwd, env }: Surroundings = ANYWHERE,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, {
      cwd,
      env: { ...process.env, ...env, LC_ALL: 'C' },
      // A started server keeps its parent's pipes open for ever: pg_ctl start gets none.
      stdio: args[0] === 'start' ? 'ignore' : ['ignore', 'pipe', 'pipe'],
      detached: process.platform !== 'win32', // own process group: a terminal's Ctrl-C must not reach the server
      windowsHide: true,
      ...(account ? { uid: account.uid, gid: account.gid } : {}),
    });
    let output = '';
    child.stdout?.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.stderr?.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.once('error', reject);
    child.once('close', (code, signal) => {
      if (code === 0) resolve();
      else reject(programError(`${path.basename(file)} ${args[0] ?? ''} ended with ${code ?? signal}`, output));
    });
  });
}
