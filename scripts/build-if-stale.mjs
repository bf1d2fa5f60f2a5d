import { spawnSync } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('..', import.meta.url));
const BUILT = path.join(ROOT, 'dist', 'main.js');
const SOURCES = ['src', 'package.json', 'tsconfig.json', 'tsconfig.build.json', 'nest-cli.json'];

/** Builds when dist is missing or older than a source; ends the process when the build fails. */
export function buildIfStale() {
  if (newest(BUILT) > Math.max(...SOURCES.map((name) => newest(path.join(ROOT, name))))) return;
  console.log('building…');
  build();
}

/** Builds; ends the process when the build fails. */
export function build() {
  const nest = path.join(ROOT, 'node_modules', '@nestjs', 'cli', 'bin', 'nest.js');
  const { status } = spawnSync(process.execPath, [nest, 'build'], { cwd: ROOT, stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
}

/** When the newest file below this path was written; 0 when there is none. */
function newest(at) {
  const found = statSync(at, { throwIfNoEntry: false });
  if (!found?.isDirectory()) return found?.mtimeMs ?? 0;
  return Math.max(0, ...readdirSync(at).map((name) => newest(path.join(at, name))));
}
