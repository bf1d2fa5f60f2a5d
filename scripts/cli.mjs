// npm run cli -- <command>: builds when needed, then runs the command line tool.
import { buildIfStale } from './build-if-stale.mjs';
import { runBuilt } from './run-built.mjs';

buildIfStale();
runBuilt('cli/main.js', process.argv.slice(2));
