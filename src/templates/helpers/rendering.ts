import type { KeyObject } from 'node:crypto';
import type { TemplateLink } from '../compile/compiled-template.js';
import type { RenderedLink } from '../render-request.js';

/** How to sign a letter's links, with the key already prepared for use. */
export interface PreparedSigning {
  readonly keyId: string;
  readonly key: KeyObject;
  readonly baseUrl: string;
  readonly environmentId: string;
  readonly messageId: string;
}

/** What a letter's links are made of. */
interface LinkSources {
  readonly template: readonly TemplateLink[];
  /** Addresses of the letter's own pages: they are never tagged. */
  readonly own: readonly string[];
  /** UTM parameters, encoded and joined by `&`; null for none. */
  readonly tags: string | null;
}

/** The letter being rendered. A thread renders one at a time, so helpers find it here and not in the template's reach. */
export class Rendering {
  readonly links: RenderedLink[] = [];
  readonly refusedLinks: string[] = [];
  /** What each wrapped link of the template became in the HTML, turn by turn: the text part repeats it. */
  readonly addresses = new Map<number, string[]>();
  /** Turns of all loops so far. */
  turns = 0;

  constructor(
    readonly locale: string,
    /** IANA zone of the contact, else of the store, else UTC. */
    readonly zone: string,
    /** ISO 4217, for money without a currency of its own. */
    readonly currency: string | null,
    readonly sources: LinkSources,
    readonly signing: PreparedSigning | null,
  ) {}
}

/** Holds the current rendering for the helpers of one thread. */
export class RenderingSlot {
  private rendering: Rendering | null = null;

  get current(): Rendering {
    if (!this.rendering) throw new Error('nothing is being rendered');
    return this.rendering;
  }

  set(rendering: Rendering): void {
    this.rendering = rendering;
  }
}
