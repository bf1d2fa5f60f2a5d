import { parentPort } from 'node:worker_threads';
import { compileTemplate } from './compile/compile-template.js';
import { READY } from './isolated-thread.js';

/** One locale's source. */
export interface CompileQuestion {
  readonly source: string;
  readonly locale: string;
}

// The entry of the compile thread: MJML takes seconds for a document that was made to hurt it.
parentPort?.on('message', ({ source, locale }: CompileQuestion) => {
  void compileTemplate(source, locale).then((outcome) => parentPort?.postMessage(outcome));
});
// The first compilation loads MJML (0.6 s): that is part of starting and not of anybody's time limit.
await compileTemplate('<mjml><mj-head><mj-title>-</mj-title></mj-head><mj-body></mj-body></mjml>', 'en');
parentPort?.postMessage(READY);
