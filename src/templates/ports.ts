import type { UtmTags } from './link-tags.js';

/** What letters show of a store; the store's settings have it. */
export interface StoreProfile {
  /** Its site; null where it named none. */
  readonly url: string | null;
  readonly currency: string;
  readonly timezone: string;
  readonly locale: string;
  readonly postalAddress: string | null;
  /** Its colours as `#rgb` or `#rrggbb`. */
  readonly brand: { readonly name: string; readonly colors: { readonly primary: string; readonly background: string } };
  readonly utm: UtmTags | null;
  /** Host name of the links in its letters; null means PUBLIC_URL. */
  readonly trackingDomain: string | null;
}

/** Where previews learn about the store; stores implements it. */
export abstract class StoreProfiles {
  abstract ofStore(storeId: string): Promise<StoreProfile>;
}
