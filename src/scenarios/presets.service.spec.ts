import { jest } from '@jest/globals';
import type { TemplatesService } from '../templates/templates.service.js';
import { pageQuery } from '../platform/http/pages.js';
import type { Preset } from './preset-folder.js';
import type { ScenarioPublisher } from './scenario-publisher.js';
import type { ScenariosService } from './scenarios.service.js';

const readPresets = jest.fn<() => Promise<Preset[]>>();
jest.unstable_mockModule('./preset-folder.js', () => ({ readPresets }));
const { PresetsService } = await import('./presets.service.js');

it('the presets are read once, and again after a time when they could not be read', async () => {
  const nobody = {};
  const presets = new PresetsService(
    nobody as ScenariosService,
    nobody as ScenarioPublisher,
    nobody as TemplatesService,
  );
  const preset = { key: 'hello', document: { name: 'Hello' }, templates: [], readme: '' } as unknown as Preset;
  readPresets.mockRejectedValueOnce(new Error('EMFILE: too many open files')).mockResolvedValue([preset]);
  const listed = () => presets.list(pageQuery('list'));
  await expect(listed()).rejects.toThrow('EMFILE');
  expect((await listed()).items).toMatchObject([{ key: 'hello' }]);
  await listed();
  expect(readPresets).toHaveBeenCalledTimes(2);
});
