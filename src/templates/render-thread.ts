import { createSecretKey } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { parentPort } from 'node:worker_threads';
import type { PreparedSigning } from './helpers/rendering.js';
import { TemplateError } from './helpers/template-error.js';
import { READY } from './isolated-thread.js';
import { LetterTemplate } from './letter-template.js';
import type { Letter } from './letter-template.js';
import { OutputBuffer } from './output-buffer.js';
import { unpackContext } from './packed-context.js';
import { packText } from './packed-text.js';
import type { BatchLetter, LetterAnswer, LetterBytes, RenderAnswer, RenderBatch } from './render-protocol.js';

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
    const rendered = renderOne(template, letter, batch.signing, key);
    if (typeof rendered === 'string') return { ok: false, detail: rendered };
    const { html, text, ...rest } = rendered;
    return { ok: true, ...rest, ...append(html, text) };
  });
  return { bytes: output.take(), letters };
}

/** Both parts as UTF-8, then both packed: from those bytes, as encoding a text again costs as much as packing it. */
function append(html: string, text: string): LetterBytes {
  const at = output.size;
  const htmlBytes = output.append(html);
  const textBytes = output.append(text);
  const packedHtmlBytes = output.add(packText(output.view(at, htmlBytes)));
  const packedTextBytes = output.add(packText(output.view(at + htmlBytes, textBytes)));
  return { htmlBytes, textBytes, packedHtmlBytes, packedTextBytes };
}

function renderOne(
  template: LetterTemplate,
  { context, signed, linkTags }: BatchLetter,
  signing: RenderBatch['signing'],
  key: KeyObject | null,
): Letter | string {
  const prepared: PreparedSigning | null = signing && key && signed ? { ...signing, key, ...signed } : null;
  try {
    return template.render(unpackContext(context), prepared, linkTags);
  } catch (error) {
    // Only our own errors are known to hold no data of the contact.
    if (error instanceof TemplateError) return error.message;
    return `the template cannot be filled in (${error instanceof Error ? error.name : 'unknown'})`;
  }
}
