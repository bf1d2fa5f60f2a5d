// npm run check: everything that is true of the code without running the product. All steps run; any failure fails it.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { buildIfStale, ROOT } from './build-if-stale.mjs';

/** A wrong TypeScript version makes dependency-cruiser see nothing and say that all is well. */
const LEAST_MODULES = 200;
const scratch = mkdtempSync(path.join(os.tmpdir(), 'touchmap-check-'));

const steps = [
  ['prettier', () => tool('prettier', 'bin/prettier.cjs', '--check', '--log-level', 'warn', '.')],
  ['eslint', () => tool('eslint', 'bin/eslint.js', '--max-warnings', '0', '.')],
  ['types', () => tool('typescript', 'bin/tsc', '-p', 'tsconfig.json')],
  ['import rule', imports],
  ['what the bench imports', benchImports],
  ['unused code (knip)', () => tool('knip', 'bin/knip.js')],
  ['settings table', () => same('docs/configuration.md', 'config-docs')],
  ['OpenAPI drift', () => same('docs/openapi.json', 'openapi')],
  ['migration drift', migrations],
];

const failed = [];
buildIfStale();
for (const [name, run] of steps) {
  console.log(`\n── ${name}`);
  if (!run()) failed.push(name);
}
rmSync(scratch, { recursive: true, force: true });
console.log(`\n${steps.map(([name]) => `${failed.includes(name) ? '✗' : '✓'} ${name}`).join('\n')}`);
process.exit(failed.length > 0 ? 1 : 0);

function node(args, options = {}) {
  return spawnSync(process.execPath, args, { cwd: ROOT, stdio: 'inherit', encoding: 'utf8', ...options });
}

function tool(packageName, file, ...args) {
  return node([path.join('node_modules', packageName, file), ...args]).status === 0;
}

function imports() {
  const { status, stdout } = node(['node_modules/dependency-cruiser/bin/dependency-cruise.mjs', 'src'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  console.log(stdout.trim());
  const cruised = Number(/(\d+) modules/.exec(stdout)?.[1] ?? 0);
  if (cruised < LEAST_MODULES)
    console.log(`only ${cruised} modules were cruised, at least ${LEAST_MODULES} were expected`);
  return status === 0 && cruised >= LEAST_MODULES;
}

/** The bench imports the built service, which no type check follows: what it names must be there. */
function benchImports() {
  const files = readdirSync(path.join(ROOT, 'bench'), { recursive: true }).filter((name) => name.endsWith('.mjs'));
  const missing = files.flatMap((name) => {
    const file = path.join(ROOT, 'bench', name);
    const named = [...readFileSync(file, 'utf8').matchAll(/'((?:\.\.\/)+dist\/[^']+)'/g)].map(([, to]) => to);
    return named.filter((to) => !existsSync(path.resolve(path.dirname(file), to))).map((to) => `bench/${name}: ${to}`);
  });
  for (const line of missing) console.log(`${line} is not there`);
  return missing.length === 0;
}

/** Whether a generated file is what the code would generate now. */
function same(file, command) {
  const out = path.join(scratch, path.basename(file));
  const env = { ...process.env, DATA_DIR: path.join(scratch, 'data'), DATABASE_URL: '', LOG_LEVEL: 'error' };
  if (node(['--enable-source-maps', 'dist/cli/main.js', command, '--out', out], { env }).status !== 0) return false;
  if (readFileSync(out, 'utf8') === readFileSync(path.join(ROOT, file), 'utf8')) return true;
  console.log(`${file} is not what the code says: npm run cli -- ${command}`);
  return false;
}

function migrations() {
  const flags = ['--experimental-vm-modules', '--no-warnings=ExperimentalWarning'];
  return node([...flags, 'node_modules/jest/bin/jest.js', 'test/schema.db-spec.ts']).status === 0;
}
