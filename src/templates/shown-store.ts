import { inkOn, readableOn } from '../domain/contrast.js';
import type { StoreProfile } from './ports.js';
import type { RenderContext } from './render-request.js';

/**
 * What templates see of a store, in letters as in previews. It is called as its brand is: what people know it by. `brand.colors.onPrimary`
 * is for words on the primary colour, such as a button's, and `onBackground` is the primary colour for words: a store chooses it, and
 * would not see that nobody can read them.
 */
export function shownStore(profile: Omit<StoreProfile, 'utm' | 'trackingDomain'>): RenderContext['store'] {
  const { url, currency, timezone, locale, postalAddress, brand } = profile;
  const { primary, background } = brand.colors;
  const colors = {
    ...brand.colors,
    onPrimary: inkOn(primary, background),
    onBackground: readableOn(background, primary),
  };
  return { name: brand.name, url, currency, timezone, locale, postalAddress, brand: { ...brand, colors } };
}
