import { spawn } from 'node:child_process';
import path from 'node:path';
import { ROOT } from './build-if-stale.mjs';
import { NODE_FLAGS } from './node-flags.mjs';

/**
 * Runs a built program in our process group, so that a terminal's Ctrl-C reaches it too, and ends with its exit code.
 * Signals that only reach us (docker stop, kill) are passed on; the program takes two close ones for one.
 */
export function runBuilt(file, args) {
  const child = spawn(process.execPath, [...NODE_FLAGS, path.join(ROOT, 'dist', file), ...args], {
    stdio: 'inherit',
  });
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal));
  child.on('exit', (code, signal) => process.exit(code ?? (signal === 'SIGINT' ? 130 : 1)));
}
