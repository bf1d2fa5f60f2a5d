// node --import: keeps V8's compiled code of what a child requires beside its program, which halves its start. Newer versions of Node
// do it by themselves (NODE_COMPILE_CACHE).
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import Module from 'node:module';
import path from 'node:path';
import vm from 'node:vm';

const directory = process.env.CHILD_CACHE;
delete process.env.CHILD_CACHE;

const usual = Module.prototype._compile;

Module.prototype._compile = function compile(content, filename, ...rest) {
  if (/\.mjs$/.test(filename) || rest[0] === 'module') return usual.call(this, content, filename, ...rest);
  const key = createHash('md5').update(filename).update(content).digest('hex');
  const file = path.join(directory, key);
  const cachedData = fs.existsSync(file) ? fs.readFileSync(file) : undefined;
  const script = new vm.Script(Module.wrap(content), {
    filename,
    cachedData,
    importModuleDynamically: vm.constants?.USE_MAIN_CONTEXT_DEFAULT_LOADER,
  });
  const result = script
    .runInThisContext()
    .call(this.exports, this.exports, requireOf(this), this, filename, path.dirname(filename));
  if (cachedData === undefined || script.cachedDataRejected) keep(file, script.createCachedData());
  return result;
};

function requireOf(module) {
  const own = (id) => module.require(id);
  own.resolve = (request, options) => Module._resolveFilename(request, module, false, options);
  own.main = process.mainModule;
  own.cache = Module._cache;
  own.extensions = Module._extensions;
  return own;
}

/** Under its name when whole: the process may be killed at any moment. */
function keep(file, data) {
  const draft = `${file}.${process.pid}`;
  fs.writeFileSync(draft, data);
  fs.renameSync(draft, file);
}
