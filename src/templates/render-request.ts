import type { LetterBytes } from './kept/open-letter.js';

/**
 * Everything that a template may name, as plain JSON: it is copied to another thread, and only own keys of plain data can
 * be read there.
 */
export interface RenderContext {
  /** The event's data with the envelope's `id`, `type` and `at` (ISO 8601) beside it; the untouched data is `event.data`. */
  readonly event: Readonly<Record<string, unknown>>;
  readonly contact: Readonly<Record<string, unknown>>;
  readonly run: Readonly<Record<string, unknown>>;
  /** `name`, `url`, `currency`, `timezone`, `locale`, `postalAddress`, `brand`. */
  readonly store: Readonly<Record<string, unknown>>;
  /** The instant of the letter, ISO 8601 UTC. */
  readonly now: string;
  readonly links: TemplateLinks;
}

/** Absolute addresses of the pages every letter can offer; never wrapped into click links. */
export interface TemplateLinks {
  readonly unsubscribe: string;
  readonly preferences: string;
  readonly view: string;
  /** Where a subscription is confirmed; only in service letters, as nobody unconfirmed gets any other. */
  readonly confirm?: string;
}

/** What the render thread needs to sign the letter's click links and its pixel. */
export interface LinkSigning {
  readonly keyId: string;
  /** 32 bytes. */
  readonly key: Uint8Array;
  /** Where /t/c/… and /t/o/… are reachable, without a slash at the end. */
  readonly baseUrl: string;
  readonly environmentId: string;
  readonly messageId: string;
}

/** One letter to render. */
export interface RenderRequest {
  readonly storeId: string;
  readonly templateKey: string;
  readonly version: number;
  /** One of the version's own locales (see `chooseLocale`). */
  readonly locale: string;
  readonly context: RenderContext;
  /** null leaves links as they are and omits the pixel (preview, test mail). */
  readonly signing: LinkSigning | null;
  /** UTM parameters for the letter's links (`linkTags`), null for none. */
  readonly linkTags: string | null;
}

/** A link of a rendered letter: `index` is its place among the letter's links, from 0, and `url` where it leads. */
export interface RenderedLink {
  readonly index: number;
  readonly url: string;
}

/** A link that data gave no safe address. */
export interface RefusedLink {
  /** Which one, without a word of what stood there. */
  readonly what: string;
  /** The beginning of what stood there: it may hold anything, and nobody but the template's author is shown it. */
  readonly address: string;
}

/** One rendered letter, or why there is none; results stand in the order of their requests. */
export type RenderResult = RenderedMail | RenderFailure;

export interface RenderedMail {
  readonly ok: true;
  readonly subject: string;
  readonly preheader: string;
  /**
   * Puts the letter together, anew each time: of hundreds of letters on their way only one needs its parts at a time. The next
   * one is put together in the same memory.
   */
  readonly parts: () => LetterBytes;
  /** The letter as it is kept (`letter-record`), where the renderer made it of a version that is kept too. */
  readonly kept?: Uint8Array;
  readonly links: readonly RenderedLink[];
  /** Links from data that were not safe to follow and became '#'. */
  readonly refusedLinks: readonly RefusedLink[];
}

export interface RenderFailure {
  readonly ok: false;
  readonly code: 'template_error';
  /** Names the template's locale and the variable or helper at fault; never holds data of the contact. */
  readonly detail: string;
}
