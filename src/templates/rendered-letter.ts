import type { CompiledLocale } from './compile/compiled-template.js';
import { type LetterBytes, letterBytes } from './kept/open-letter.js';
import type { LetterAnswer } from './render-protocol.js';
import type { LinkSigning, RefusedLink, RenderedLink, RenderedMail } from './render-request.js';

/** A letter as the render thread made it. One that is only stored never needs its parts. */
export class RenderedLetter implements RenderedMail {
  readonly ok = true;
  readonly subject: string;
  readonly preheader: string;
  readonly refusedLinks: readonly RefusedLink[];

  constructor(
    private readonly answer: Extract<LetterAnswer, { ok: true }>,
    readonly kept: Uint8Array,
    private readonly signing: Pick<LinkSigning, 'environmentId' | 'messageId'> | null,
    private readonly compiled: Pick<CompiledLocale, 'html' | 'text'>,
  ) {
    ({ subject: this.subject, preheader: this.preheader, refusedLinks: this.refusedLinks } = answer);
  }

  get links(): readonly RenderedLink[] {
    return this.answer.urls.map((url, index) => ({ index, url }));
  }

  parts(): LetterBytes {
    const { environmentId = '', messageId = '' } = this.signing ?? {};
    return letterBytes(this.kept, { environmentId, messageId, urls: this.answer.urls }, this.compiled);
  }
}
