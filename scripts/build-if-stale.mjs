import { spawnSync } from 'node:child_process';
import { readdirSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('..', import.meta.url));
/** Written when a build has ended well, and gone with `dist` when the next one begins. */
const BUILT = path.join(ROOT, 'dist', '.built');
const SOURCES = ['src', 'package.json', 'tsconfig.json', 'tsconfig.build.json', 'nest-cli.json'];

/** Builds when there is no build, or it is older than a source or a folder of them; ends the process when the build fails. */
export function buildIfStale() {
  if (newest(BUILT) > Math.max(...SOURCES.map((name) => newest(path.join(ROOT, name))))) return;
  console.log('building…');
  build();
}

/** Builds; ends the process when the build fails. */
export function build() {
  const nest = path.join(ROOT, 'node_modules', '@nestjs', 'cli', 'bin', 'nest.js');
  const begun = new Date();
  const { status } = spawnSync(process.execPath, [nest, 'build'], { cwd: ROOT, stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
  writeFileSync(BUILT, '');
  utimesSync(BUILT, begun, begun); // what is written while it builds is not in it
}

/** When something at or below this path was last written, or taken away; 0 when there is nothing. */
function newest(at) {
  const found = statSync(at, { throwIfNoEntry: false });
  if (!found?.isDirectory()) return found?.mtimeMs ?? 0;
  return Math.max(found.mtimeMs, ...readdirSync(at).map((name) => newest(path.join(at, name))));
}
