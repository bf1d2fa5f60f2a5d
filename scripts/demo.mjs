// npm run demo: builds when needed, then plays a shop's log into a sandbox of its own (src/cli/demo).
import { buildIfStale } from './build-if-stale.mjs';
import { runBuilt } from './run-built.mjs';

buildIfStale();
runBuilt('cli/demo/demo.js', process.argv.slice(2));
