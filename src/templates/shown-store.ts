import type { StoreProfile } from './ports.js';
import type { RenderContext } from './render-request.js';

/** What templates see of a store, in letters as in previews. It is called as its brand is: what people know it by. */
export function shownStore(profile: Omit<StoreProfile, 'utm' | 'trackingDomain'>): RenderContext['store'] {
  const { url, currency, timezone, locale, postalAddress, brand } = profile;
  return { name: brand.name, url, currency, timezone, locale, postalAddress, brand };
}
