import type { PatchStoreDto } from './store.dto.js';
import { defaultSettings, type StoreSettings } from './store-settings.js';

const NO_UTM = { campaign: null, content: null, term: null };

/** Everything that a store's row says, defaults filled in. */
export function fullSettings(name: string, stored: Partial<StoreSettings>): StoreSettings {
  const defaults = defaultSettings(name);
  const brand = { ...defaults.brand, ...stored.brand, colors: { ...defaults.brand.colors, ...stored.brand?.colors } };
  const utm = stored.utm ? { ...NO_UTM, ...stored.utm } : null;
  return { ...defaults, ...stored, name, brand, utm };
}

/** What is stored after a patch: an absent field stays, null clears, brand and its colours are patched field by field. */
export function patchedSettings(stored: Partial<StoreSettings>, patch: PatchStoreDto): Partial<StoreSettings> {
  const { name: _name, brand, utm, ...rest } = patch;
  return {
    ...stored,
    ...(given(rest) as Partial<StoreSettings>),
    ...(utm === undefined ? {} : { utm: utm && ({ ...NO_UTM, ...given(utm) } as StoreSettings['utm']) }),
    ...(brand === undefined ? {} : { brand: patchedBrand(stored.brand, brand) }),
  };
}

function patchedBrand(
  stored: Partial<StoreSettings['brand']> | undefined,
  patch: NonNullable<PatchStoreDto['brand']>,
): StoreSettings['brand'] {
  const { colors, name, ...rest } = patch;
  const { name: known, ...others } = stored ?? {};
  const named = name === undefined ? known : name;
  // Stored incomplete on purpose: what a store never set, or set no longer, follows the defaults.
  return {
    ...(named == null ? {} : { name: named }),
    ...others,
    ...given(rest),
    colors: { ...stored?.colors, ...given(colors ?? {}) },
  } as StoreSettings['brand'];
}

/** Without the fields that a DTO declares but the request did not name. */
function given(patch: object): object {
  return Object.fromEntries(Object.entries(patch).filter(([, value]) => value !== undefined));
}
