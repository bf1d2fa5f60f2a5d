// node --import ./test/support/register-typescript.mjs: lets a child process of a test run the project's TypeScript.
import { register } from 'node:module';

register('./typescript-hooks.mjs', import.meta.url);
