import type { CompiledLocale } from './compile/compiled-template.js';
import type { Letter } from './letter-template.js';
import type { PackedContext } from './packed-context.js';
import type { LinkSigning } from './render-request.js';

/** What a render thread keeps of a template: the parts it fills in. */
export interface ThreadTemplate {
  /** Unique to store, key, version and locale. */
  readonly id: string;
  readonly locale: string;
  readonly compiled: Pick<CompiledLocale, 'subject' | 'preheader' | 'html' | 'text' | 'links'>;
}

/** One letter of a batch. */
export interface BatchLetter {
  readonly context: PackedContext;
  /** Whose clicks and openings the letter counts; null signs nothing. */
  readonly signed: Pick<LinkSigning, 'environmentId' | 'messageId'> | null;
  /** UTM parameters for its links; null adds none. */
  readonly linkTags: string | null;
}

/** One question to a render thread: letters of one template and locale. */
export interface RenderBatch {
  readonly templateId: string;
  /** Sent along when the thread does not have it yet. */
  readonly template: ThreadTemplate | null;
  /** Templates that the thread may drop. */
  readonly forget: readonly string[];
  readonly signing: Pick<LinkSigning, 'keyId' | 'key' | 'baseUrl'> | null;
  /** JSON of `BatchLetter[]`: parsing one text is cheaper than cloning objects. */
  readonly letters: string;
}

/** How long a letter's parts are, in the order in which they stand in the answer: as UTF-8, then as they are kept. */
export interface LetterBytes {
  readonly htmlBytes: number;
  readonly textBytes: number;
  readonly packedHtmlBytes: number;
  readonly packedTextBytes: number;
}

export type LetterAnswer =
  | (Omit<Letter, 'html' | 'text'> & LetterBytes & { readonly ok: true })
  | { readonly ok: false; readonly detail: string };

/** The answer: HTML and text of all letters as UTF-8 behind each other in one buffer, which is moved and not copied. */
export interface RenderAnswer {
  readonly bytes: ArrayBuffer;
  readonly letters: readonly LetterAnswer[];
}
