import type { CompiledLocale } from './compile/compiled-template.js';
import type { PackedContext } from './packed-context.js';
import type { LinkSigning, RefusedLink, RenderContext } from './render-request.js';

/** What a render thread keeps of a template: the parts it fills in. */
export interface ThreadTemplate {
  /** Unique to store, key, version and locale. */
  readonly id: string;
  readonly locale: string;
  readonly compiled: Pick<CompiledLocale, 'subject' | 'preheader' | 'html' | 'text' | 'links'>;
}

/** One letter of a batch. */
export interface BatchLetter {
  /** Without the store where the whole batch is of one. */
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
  /** What letters see of their store; null where each letter brings its own. */
  readonly store: RenderContext['store'] | null;
  /** JSON of `BatchLetter[]`: parsing one text is cheaper than cloning objects. */
  readonly letters: string;
}

export type LetterAnswer =
  | {
      readonly ok: true;
      readonly subject: string;
      readonly preheader: string;
      /** Where its links lead, in their order. */
      readonly urls: readonly string[];
      readonly refusedLinks: readonly RefusedLink[];
      /** Bytes of the letter as it is kept (`letter-record`). */
      readonly keptBytes: number;
    }
  | { readonly ok: false; readonly detail: string };

/** The answer: all letters as they are kept behind each other in one buffer, which is moved and not copied. */
export interface RenderAnswer {
  readonly bytes: ArrayBuffer;
  /** JSON of `LetterAnswer[]`, for the same reason as in the question. */
  readonly letters: string;
}
