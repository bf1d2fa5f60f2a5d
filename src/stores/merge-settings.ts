import type { PatchStoreDto } from './store.dto.js';
import { defaultSettings, type StoreSettings } from './store-settings.js';

/** Everything that a store's row says, defaults filled in. */
export function fullSettings(name: string, stored: Partial<StoreSettings>): StoreSettings {
  const defaults = defaultSettings(name);
  const brand = { ...defaults.brand, ...stored.brand, colors: { ...defaults.brand.colors, ...stored.brand?.colors } };
  return { ...defaults, ...stored, name, brand };
}

/** What is stored after a patch: an absent field stays, null clears, brand and its colours are patched field by field. */
export function patchedSettings(stored: Partial<StoreSettings>, patch: PatchStoreDto): Partial<StoreSettings> {
  const { name: _name, brand, utm, ...rest } = patch;
  const given = Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined));
  return {
    ...stored,
    ...(given as Partial<StoreSettings>),
    ...(utm === undefined ? {} : { utm: utm && { ...utm, campaign: utm.campaign ?? null } }),
    ...(brand === undefined ? {} : { brand: patchedBrand(stored.brand, brand) }),
  };
}

function patchedBrand(stored: Partial<StoreSettings['brand']> | undefined, patch: NonNullable<PatchStoreDto['brand']>): StoreSettings['brand'] {
  const { colors, ...rest } = patch;
  const given = Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined));
  // Stored incomplete on purpose: what a store never set follows the defaults.
  return { ...stored, ...given, colors: { ...stored?.colors, ...colors } } as StoreSettings['brand'];
}
