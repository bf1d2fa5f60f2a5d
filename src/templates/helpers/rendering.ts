import type { KeyObject } from 'node:crypto';
import type { TemplateLink } from '../compile/compiled-template.js';
import type { RefusedLink, TemplateLinks } from '../render-request.js';
import type { LinkTurn } from './click-link.js';

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
  /** Addresses of the letter's own pages: they are never tagged and never counted. */
  readonly own: readonly string[];
  /** UTM parameters, encoded and joined by `&`; null for none. */
  readonly tags: string | null;
}

/** The letter being rendered. A thread renders one at a time, so helpers find it here and not in the template's reach. */
export class Rendering {
  /** Where the letter's links lead, in their order. */
  readonly urls: string[] = [];
  /** The signature of each link, base64url; '' for one that is not signed. */
  readonly macs: string[] = [];
  /** The signature of the picture that reports an opening; '' without one. */
  openingMac = '';
  readonly refusedLinks: RefusedLink[] = [];
  /** What each wrapped link of the template became in the HTML, turn by turn: the text part repeats it. */
  readonly addresses = new Map<number, LinkTurn[]>();
  /** Turns of all loops so far. */
  turns = 0;
  /** The part that is being filled in, so far. */
  out = '';
  /** By how many characters what the marks in `out` stand for is longer than they are. */
  hidden = 0;

  constructor(
    readonly locale: string,
    /** IANA zone of the contact, else of the store, else UTC. */
    readonly zone: string,
    /** ISO 4217, for money without a currency of its own. */
    readonly currency: string | null,
    readonly sources: LinkSources,
    readonly pages: Partial<TemplateLinks>,
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
