import { transformSync } from '@swc/core';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const CHILDREN = path.join(ROOT, 'test', 'faults', 'children');
const OUT = path.join(ROOT, 'dist', 'fault-children');
const REQUIRED = /\brequire\("(\.[^"]+)"\)/g;
const built = new Map<string, string>();

/** What a child is started with. */
export const CHILD_CACHE = path.join(OUT, 'cache');
export const CHILD_FLAGS = ['--max-semi-space-size=32', '--import', path.join(CHILDREN, 'compile-cache.mjs')];

/**
 * A program of `test/faults/children` with the sources that it needs, as one file that starts in a third of a second: workers
 * are killed and started again by the hundred. Decorators stay without effect, because a child wires its parts itself; only
 * Nest is left out.
 */
export function childProgram(name: string): string {
  const known = built.get(name);
  if (known) return known;
  const modules = new Map<string, string>();
  collect(path.join(CHILDREN, `${name}.ts`), modules);
  const out = path.join(OUT, `${name}.cjs`);
  mkdirSync(CHILD_CACHE, { recursive: true });
  const draft = `${out}.${process.pid}`;
  writeFileSync(draft, programOf(modules, path.join(CHILDREN, `${name}.ts`)));
  renameSync(draft, out);
  built.set(name, out);
  return out;
}

/** Transforms a source and whatever it requires of ours. */
function collect(file: string, modules: Map<string, string>): void {
  if (modules.has(file)) return;
  modules.set(file, '');
  const { code } = transformSync(readFileSync(file, 'utf8'), {
    filename: file,
    jsc: {
      target: 'es2022',
      parser: { syntax: 'typescript', decorators: true },
      transform: { legacyDecorator: true, decoratorMetadata: false, useDefineForClassFields: false },
      keepClassNames: true,
    },
    module: { type: 'commonjs' },
  });
  modules.set(
    file,
    code.replace(REQUIRED, (_, specifier: string) => {
      const required = path.resolve(path.dirname(file), specifier.replace(/\.js$/, '.ts'));
      if (!existsSync(required)) throw new Error(`${file} requires ${specifier}, which is not there`);
      collect(required, modules);
      return `ours(${JSON.stringify(required)})`;
    }),
  );
}

function programOf(modules: ReadonlyMap<string, string>, entry: string): string {
  const own = path.join(CHILDREN, 'without-nest.ts');
  const bodies = new Map(modules);
  if (!bodies.has(own)) collect(own, bodies);
  const functions = [...bodies].map(
    ([file, code]) =>
      `${JSON.stringify(file)}: (exports, module) => {${code.replaceAll('require("@nestjs/common")', `ours(${JSON.stringify(own)})`)}\n}`,
  );
  return `'use strict';
const loaded = new Map();
function ours(file) {
  const known = loaded.get(file);
  if (known) return known.exports;
  const module = { exports: {} };
  loaded.set(file, module);
  sources[file](module.exports, module);
  return module.exports;
}
const sources = {
${functions.join(',\n')}
};
ours(${JSON.stringify(entry)});
`;
}
