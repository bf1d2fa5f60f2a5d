// Yardstick: MJML, link rewriting, text part and Handlebars anew for every letter, by the service's own code.
import { createSecretKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { openApp } from '../app.mjs';
import { answerCalls } from '../child.mjs';
import { letterContexts } from '../letters.mjs';
import { compileTemplate } from '../../dist/templates/compile/compile-template.js';
import { recordSum, writeRecord } from '../../dist/templates/kept/letter-record.js';
import { letterBytes } from '../../dist/templates/kept/open-letter.js';
import { LetterTemplate } from '../../dist/templates/letter-template.js';

const source = (locale) =>
  readFileSync(new URL(`../../templates/abandoned-cart/reminder.${locale}.mjml`, import.meta.url), 'utf8');
const sources = { en: source('en'), ru: source('ru') };
const { app } = await openApp();

answerCalls({
  /** Letters a second. */
  async rate({ seconds, environmentId }) {
    const requests = letterContexts(app, environmentId, 10);
    const from = performance.now();
    let letters = 0;
    for (; performance.now() - from < seconds * 1_000; letters++) {
      const { locale, context, signing } = requests[letters % requests.length];
      const outcome = await compileTemplate(sources[locale], locale);
      if (!outcome.ok) throw new Error(JSON.stringify(outcome.problems));
      const template = new LetterTemplate(locale, outcome.compiled);
      const { record, facts } = template.fill(context, { ...signing, key: createSecretKey(signing.key) });
      const bytes = Buffer.from(writeRecord(record));
      const kept = Buffer.concat([bytes, Buffer.from(recordSum(bytes, facts))]);
      letterBytes(kept, facts, outcome.compiled);
    }
    return (letters / (performance.now() - from)) * 1_000;
  },
});
