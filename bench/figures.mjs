import { chainOutbox } from './figures/chain-outbox.mjs';
import { chainSmtp } from './figures/chain-smtp.mjs';
import { clicks } from './figures/clicks.mjs';
import { dueRuns } from './figures/due-runs.mjs';
import { ingestBatch } from './figures/ingest-batch.mjs';
import { ingestSingle } from './figures/ingest-single.mjs';
import { render } from './figures/render.mjs';

/**
 * Every figure by name: measures with its yardsticks, in turn, and answers lines of the table.
 * @type {Record<string, (bench: import('./workbench.mjs').Workbench, rounds: number) => Promise<import('./report.mjs').Result[]>>}
 */
export const FIGURES = {
  'ingest-single': ingestSingle,
  'ingest-batch': ingestBatch,
  'due-runs': dueRuns,
  render,
  clicks,
  'chain-outbox': chainOutbox,
  'chain-smtp': chainSmtp,
};
