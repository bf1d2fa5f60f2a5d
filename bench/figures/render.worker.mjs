import { openApp } from '../app.mjs';
import { answerCalls } from '../child.mjs';
import { letterContexts } from '../letters.mjs';
import { TemplateRenderer } from '../../dist/templates/template-renderer.js';

/** As many as delivery renders at once. */
const BATCH = 300;
const { app } = await openApp();
const renderer = app.get(TemplateRenderer, { strict: false });

answerCalls({
  /** Letters a second, contexts and results as delivery has them. */
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
    for (; performance.now() - from < seconds * 1_000; letters += BATCH) {
      const results = await renderer.render(requests);
      const failed = results.find((result) => !result.ok);
      if (failed) throw new Error(failed.detail);
    }
    return (letters / (performance.now() - from)) * 1_000;
  },
});
