import { spawn } from 'node:child_process';
import path from 'node:path';
import { clearInterval, setInterval } from 'node:timers';
import { ROOT } from './build-if-stale.mjs';
import { NODE_FLAGS } from './node-flags.mjs';

const PARENT_MS = 250;
/** Npm's shell, where npm runs us. */
const PARENT = process.env.npm_lifecycle_event === undefined ? null : process.ppid;

/**
 * Runs a built program in our process group, so that a terminal's Ctrl-C and its end reach it too, and ends with its exit code.
 * Signals that only reach us (docker stop, kill) are passed on; the program takes two close ones for one.
 */
export function runBuilt(file, args) {
  const child = spawn(process.execPath, [...NODE_FLAGS, path.join(ROOT, 'dist', file), ...args], {
    stdio: 'inherit',
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  if (PARENT !== null) onceLeftBehind(() => child.kill('SIGTERM'));
  child.on('exit', (code, signal) => process.exit(code ?? (signal === 'SIGINT' ? 130 : 1)));
}

/**
 * SIGTERM to npm alone, as supervisors send it, ends npm and its shell and does not reach us: what ran would go on with nobody to end it.
 * Only the parent tells: where npm is killed its shell lives on, and Windows keeps the number of a parent that is gone.
 */
function onceLeftBehind(end) {
  const watch = setInterval(() => {
    if (process.ppid === PARENT) return;
    clearInterval(watch);
    end();
  }, PARENT_MS);
  watch.unref();
}
