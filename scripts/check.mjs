// npm run check: everything that is true of the code without running the product. All steps run, as many at a time as there
// are cores; any failure fails it.
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { buildIfStale, ROOT } from './build-if-stale.mjs';

/** A wrong TypeScript version makes dependency-cruiser see nothing and say that all is well. */
const LEAST_MODULES = 200;
const scratch = mkdtempSync(path.join(os.tmpdir(), 'touchmap-check-'));

/** What a step found: whether all is well, and its words. */
class Finding {
  constructor(ok, words) {
    this.ok = ok;
    this.words = words;
  }
}

/** The longest first, so that it does not run alone in the end. */
const steps = [
  ['eslint', () => tool('eslint', 'bin/eslint.js', '--max-warnings', '0', '.')],
  ['types', () => tool('typescript', 'bin/tsc', '-p', 'tsconfig.json')],
  ['prettier', () => tool('prettier', 'bin/prettier.cjs', '--check', '--log-level', 'warn', '.')],
  ['migration drift', migrations],
  ['import rule', imports],
  ['unused code (knip)', () => tool('knip', 'bin/knip.js')],
  ['settings table', () => same('docs/configuration.md', 'config-docs')],
  ['OpenAPI drift', () => same('docs/openapi.json', 'openapi')],
  ['what the bench imports', benchImports],
];

buildIfStale();
const failed = new Set();
const waiting = [...steps];
await Promise.all(Array.from({ length: os.availableParallelism() }, lane));
rmSync(scratch, { recursive: true, force: true });
console.log(`\n${steps.map(([name]) => `${failed.has(name) ? '✗' : '✓'} ${name}`).join('\n')}`);
process.exit(failed.size > 0 ? 1 : 0);

/** Takes one step after the other; what a step says is printed when it has ended, so that two do not mix. */
async function lane() {
  for (let step = waiting.shift(); step; step = waiting.shift()) {
    const [name, run] = step;
    const { ok, words } = await run();
    if (!ok) failed.add(name);
    console.log(`\n── ${name}\n${words.trim()}`.trimEnd());
  }
}

/** Runs Node and waits for its end. */
function node(args, env = process.env) {
  return new Promise((resolve) => {
    let words = '';
    const child = spawn(process.execPath, args, { cwd: ROOT, env, stdio: ['ignore', 'pipe', 'pipe'] });
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text) => void (words += text));
    child.once('close', (status) => resolve(new Finding(status === 0, words)));
  });
}

function tool(packageName, file, ...args) {
  return node([path.join('node_modules', packageName, file), ...args]);
}

async function imports() {
  const { ok, words } = await tool('dependency-cruiser', 'bin/dependency-cruise.mjs', 'src');
  const cruised = Number(/(\d+) modules/.exec(words)?.[1] ?? 0);
  if (cruised >= LEAST_MODULES) return new Finding(ok, words);
  return new Finding(false, `${words}\nonly ${cruised} modules were cruised, at least ${LEAST_MODULES} were expected`);
}

/** The bench imports the built service, which no type check follows: what it names must be there. */
function benchImports() {
  const files = readdirSync(path.join(ROOT, 'bench'), { recursive: true }).filter((name) => name.endsWith('.mjs'));
  const missing = files.flatMap((name) => {
    const file = path.join(ROOT, 'bench', name);
    const named = [...readFileSync(file, 'utf8').matchAll(/'((?:\.\.\/)+dist\/[^']+)'/g)].map(([, to]) => to);
    return named.filter((to) => !existsSync(path.resolve(path.dirname(file), to))).map((to) => `bench/${name}: ${to}`);
  });
  return new Finding(missing.length === 0, missing.map((line) => `${line} is not there`).join('\n'));
}

/** Whether a generated file is what the code would generate now. */
async function same(file, command) {
  const out = path.join(scratch, path.basename(file));
  const env = { ...process.env, DATA_DIR: path.join(scratch, command), DATABASE_URL: '', LOG_LEVEL: 'error' };
  const generated = await node(['--enable-source-maps', 'dist/cli/main.js', command, '--out', out], env);
  if (!generated.ok || readFileSync(out, 'utf8') === readFileSync(path.join(ROOT, file), 'utf8')) return generated;
  return new Finding(false, `${file} is not what the code says: npm run cli -- ${command}`);
}

function migrations() {
  const flags = ['--experimental-vm-modules', '--no-warnings=ExperimentalWarning'];
  return node([...flags, 'node_modules/jest/bin/jest.js', 'test/schema.db-spec.ts']);
}
