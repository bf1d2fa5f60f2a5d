import 'reflect-metadata';
import { getMetadataStorage } from 'class-validator';
import { fullSettings, patchedSettings } from './merge-settings.js';
import { PatchStoreDto } from './store.dto.js';

describe('the settings of a store', () => {
  it('begin with defaults', () => {
    expect(fullSettings('Shop', {})).toMatchObject({
      name: 'Shop',
      timezone: 'UTC',
      brand: { name: 'Shop', colors: { primary: '#1f6feb' } },
    });
  });

  it('can each be patched, and nothing else can', () => {
    const rules = getMetadataStorage().getTargetValidationMetadatas(PatchStoreDto, '', false, false);
    const patched = new Set(rules.map(({ propertyName }) => propertyName));
    expect([...patched].sort()).toEqual(Object.keys(fullSettings('Shop', {})).sort());
  });

  it('keep what a patch does not name and clear what it sets to null', () => {
    const stored = patchedSettings(
      { replyTo: 'a@shop.example', timezone: 'Europe/Moscow' },
      { replyTo: null, locale: 'ru' },
    );
    expect(fullSettings('Shop', stored)).toMatchObject({ replyTo: null, timezone: 'Europe/Moscow', locale: 'ru' });
  });

  it('are patched colour by colour', () => {
    const once = patchedSettings({}, { brand: { colors: { primary: '#111111' } } });
    const twice = patchedSettings(once, {
      brand: { logoUrl: 'https://shop.example/logo.png', colors: { text: '#222222' } },
    });
    expect(fullSettings('Shop', twice).brand).toEqual({
      name: 'Shop',
      logoUrl: 'https://shop.example/logo.png',
      colors: { primary: '#111111', background: '#f4f5f7', text: '#222222' },
    });
    const named = patchedSettings(twice, { brand: { name: 'The Shop' } });
    const unnamed = patchedSettings(named, { brand: { name: null } });
    expect(fullSettings('Renamed', unnamed).brand).toMatchObject({ name: 'Renamed', colors: { primary: '#111111' } });
    expect(fullSettings('Shop', named).brand).toMatchObject({
      name: 'The Shop',
      logoUrl: 'https://shop.example/logo.png',
      colors: { primary: '#111111' },
    });
  });

  it('know every UTM parameter, also where an older version stored fewer', () => {
    const stored = patchedSettings({}, { utm: { source: 's', medium: 'm', content: '{step}' } });
    expect(fullSettings('Shop', stored).utm).toEqual({
      source: 's',
      medium: 'm',
      campaign: null,
      content: '{step}',
      term: null,
    });
    const old = { utm: { source: 's', medium: 'm', campaign: 'c' } } as unknown as typeof stored;
    expect(fullSettings('Shop', old).utm).toMatchObject({ campaign: 'c', content: null, term: null });
    expect(fullSettings('Shop', patchedSettings(stored, { utm: null })).utm).toBeNull();
  });
});
