import { createSecretKey } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { parentPort } from 'node:worker_threads';
import type { PreparedSigning } from './helpers/rendering.js';
import { TemplateError } from './helpers/template-error.js';
import { READY } from './isolated-thread.js';
import { LetterTemplate } from './letter-template.js';
import type { FilledLetter } from './letter-template.js';
import { recordSum, writeRecord } from './kept/letter-record.js';
import { OutputBuffer } from './output-buffer.js';
import { unpackContext } from './packed-context.js';
import type { BatchLetter, LetterAnswer, RenderAnswer, RenderBatch } from './render-protocol.js';

/** The entry of a render thread: fills templates in, knows no file, socket or database. */
const templates = new Map<string, LetterTemplate | string>();
const output = new OutputBuffer();

parentPort?.on('message', (batch: RenderBatch) => {
  for (const id of batch.forget) templates.delete(id);
  if (batch.template) templates.set(batch.template.id, prepare(batch.template));
  const answer = answerBatch(batch);
  parentPort?.postMessage(answer, [answer.bytes]);
});
parentPort?.postMessage(READY);

/** The template, or what is wrong with it: a stored version may be older than the rules, or damaged. */
function prepare({ locale, compiled }: NonNullable<RenderBatch['template']>): LetterTemplate | string {
  try {
    return new LetterTemplate(locale, compiled);
  } catch (error) {
    return `the stored template does not compile: ${error instanceof Error ? error.message.slice(0, 300) : 'unknown'}`;
  }
}

function answerBatch(batch: RenderBatch): RenderAnswer {
  const template = templates.get(batch.templateId) ?? 'the template is not loaded';
  const key = batch.signing ? createSecretKey(batch.signing.key) : null;
  output.clear();
  const letters = (JSON.parse(batch.letters) as readonly BatchLetter[]).map((letter): LetterAnswer => {
    if (typeof template === 'string') return { ok: false, detail: template };
    const filled = fillOne(template, letter, batch, key);
    if (typeof filled === 'string') return { ok: false, detail: filled };
    const { subject, preheader, facts, refusedLinks } = filled;
    return { ok: true, subject, preheader, urls: facts.urls, refusedLinks, keptBytes: append(filled) };
  });
  return { bytes: output.take(), letters: JSON.stringify(letters) };
}

/** The letter as it is kept, its sum behind it. */
function append({ record, facts }: FilledLetter): number {
  const at = output.size;
  const bytes = output.append(writeRecord(record));
  return bytes + output.append(recordSum(output.view(at, bytes), facts));
}

function fillOne(
  template: LetterTemplate,
  { context, signed, linkTags }: BatchLetter,
  { signing, store }: RenderBatch,
  key: KeyObject | null,
): FilledLetter | string {
  const prepared: PreparedSigning | null = signing && key && signed ? { ...signing, key, ...signed } : null;
  try {
    return template.fill(unpackContext(context, store), prepared, linkTags);
  } catch (error) {
    // Only our own errors are known to hold no data of the contact.
    if (error instanceof TemplateError) return error.message;
    return `the template cannot be filled in (${error instanceof Error ? error.name : 'unknown'})`;
  }
}
