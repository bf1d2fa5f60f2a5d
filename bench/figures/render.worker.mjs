import { setImmediate as turn } from 'node:timers/promises';
import { openApp } from '../app.mjs';
import { answerCalls } from '../child.mjs';
import { letterContexts } from '../letters.mjs';
import { TemplateRenderer } from '../../dist/templates/template-renderer.js';

/** As many as delivery renders at once. */
const BATCH = 300;
const { app } = await openApp();
const renderer = app.get(TemplateRenderer, { strict: false });

answerCalls({
  /** Letters a second: filled in, signed, as they are kept, and put together once as the bytes that a provider would get. */
  async rate({ seconds, storeId, environmentId }) {
    const requests = letterContexts(app, environmentId, BATCH).map(({ locale, context, signing }) => ({
      storeId,
      templateKey: 'abandoned-cart/reminder',
      version: 1,
      locale,
      context,
      signing,
      linkTags: null,
    }));
    const from = performance.now();
    let letters = 0;
    const batches = async () => {
      for (; performance.now() - from < seconds * 1_000; letters += BATCH)
        for (const result of await renderer.render(requests)) {
          putTogether(result);
          await turn(); // a letter goes out in a turn of its own
        }
    };
    // As delivery does: while one batch is on its way out the next one is rendered.
    await Promise.all([batches(), batches()]);
    return (letters / (performance.now() - from)) * 1_000;
  },
});

/** As a writer of mails has it done: into memory that is kept. */
function putTogether(result) {
  if (!result.ok) throw new Error(result.detail);
  const { html, text } = result.parts();
  if (!result.kept || html.length < 20_000 || text.length < 1_000) throw new Error('a letter is not whole');
}
