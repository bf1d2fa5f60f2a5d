import { spawn } from 'node:child_process';
import path from 'node:path';
import { ROOT } from './build-if-stale.mjs';

/**
 * Runs a built program in our process group, so that a terminal's Ctrl-C reaches it too, and ends with its exit code.
 * Signals that only reach us (docker stop, kill) are passed on.
 */
export function runBuilt(file, args) {
  const child = spawn(process.execPath, ['--enable-source-maps', path.join(ROOT, 'dist', file), ...args], { stdio: 'inherit' });
  // On Ctrl-C the terminal signals the child itself; a second copy from us would force it to give up draining.
  process.on('SIGINT', () => {
    if (!process.stdin.isTTY) child.kill('SIGINT');
  });
  process.on('SIGTERM', () => child.kill('SIGTERM'));
  child.on('exit', (code, signal) => process.exit(code ?? (signal === 'SIGINT' ? 130 : 1)));
}
