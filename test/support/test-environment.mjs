import { TestEnvironment } from 'jest-environment-node';

/**
 * Node's usual environment, with a way to modules that Node itself imports. Jest loads modules anew for every test file; the whole
 * service has thousands of them, which took seven of the ten seconds of most files. Node loads them once a test process.
 */
export default class EnvironmentWithNode extends TestEnvironment {
  async setup() {
    await super.setup();
    this.global.importByNode = (specifier) => import(specifier);
  }
}
