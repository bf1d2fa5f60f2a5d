import { TestEnvironment } from 'jest-environment-node';

/**
 * Node's usual environment, with a way to modules that Node itself imports. Jest loads modules anew for every test file, and the
 * whole service has thousands: that was half of the eight seconds of a small file. Node loads them once a test process.
 */
export default class EnvironmentWithNode extends TestEnvironment {
  async setup() {
    await super.setup();
    this.global.importByNode = (specifier) => import(specifier);
  }
}
