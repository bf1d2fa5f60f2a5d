// npm start: builds when needed, then runs the service until Ctrl-C.
import { buildIfStale } from './build-if-stale.mjs';
import { runBuilt } from './run-built.mjs';

buildIfStale();
runBuilt('main.js', process.argv.slice(2));
