import { readdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import path from 'node:path';
import type { TemplateSample, TemplateSources } from '../templates/template-sources.js';
import type { ScenarioDraft } from './scenario.entity.js';

/** `templates/` of the package: two levels up from here in src/ and in dist/ alike. */
const PRESETS = fileURLToPath(new URL('../../templates/', import.meta.url));
/** Scenarios that are part of the service, not offered as presets. */
const BUILT_IN = fileURLToPath(new URL('../../built-in/', import.meta.url));
const LETTER = /^([a-z0-9-]+)\.([A-Za-z-]+)\.mjml$/;

/** A ready-made scenario with its letters. */
export interface Preset {
  /** Its folder's name and its scenario's key. */
  readonly key: string;
  readonly document: ScenarioDraft;
  readonly templates: readonly {
    readonly key: string;
    readonly sources: TemplateSources;
    readonly sample: TemplateSample;
  }[];
  /** What it is for and why, Markdown. */
  readonly readme: string;
}

/** Reads the presets that ship with the package, by key. */
export async function readPresets(): Promise<Preset[]> {
  const folders = (await readdir(PRESETS, { withFileTypes: true })).filter((entry) => entry.isDirectory());
  return Promise.all(
    folders
      .map(({ name }) => name)
      .sort()
      .map((key) => readPreset(PRESETS, key)),
  );
}

/** Reads a scenario that is part of the service. */
export function readBuiltIn(key: string): Promise<Preset> {
  return readPreset(BUILT_IN, key);
}

async function readPreset(root: string, key: string): Promise<Preset> {
  const folder = path.join(root, key);
  const read = (file: string): Promise<string> => readFile(path.join(folder, file), 'utf8');
  const event = JSON.parse(await read('sample-event.json')) as TemplateSample['event'] & {
    readonly contact?: TemplateSample['contact'];
  };
  const sample = { event, ...(event.contact ? { contact: event.contact } : {}) };
  const sources = new Map<string, Record<string, string>>();
  for (const file of (await readdir(folder)).sort()) {
    const [, step, locale] = LETTER.exec(file) ?? [];
    if (step && locale) sources.set(step, { ...sources.get(step), [locale]: await read(file) });
  }
  return {
    key,
    document: JSON.parse(await read('scenario.json')) as ScenarioDraft,
    templates: [...sources].map(([step, locales]) => ({ key: `${key}/${step}`, sources: locales, sample })),
    readme: await read('README.md'),
  };
}
