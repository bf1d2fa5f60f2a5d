import { mkdir, readdir, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { temporaryDirectory } from '../../test/support/service.js';
import { WrongSettings } from './config/read-env.js';
import { makeDataDir } from './data-dir.js';

describe('the data directory', () => {
  let dir: Awaited<ReturnType<typeof temporaryDirectory>>;

  beforeEach(async () => {
    dir = await temporaryDirectory();
  });
  afterEach(() => dir.remove());

  it('is made with those above it, once or by several at once, and left as it was', async () => {
    const data = path.join(dir.path, 'a', 'b', 'data');
    await Promise.all([makeDataDir(data), makeDataDir(data), makeDataDir(data)]);
    await writeFile(path.join(data, 'kept'), '');
    await makeDataDir(data);
    expect(await readdir(data)).toEqual(['kept']);
    await mkdir(path.join(dir.path, 'b'));
    await makeDataDir(path.join(dir.path, 'b', ''));
    expect((await stat(path.join(dir.path, 'b'))).isDirectory()).toBe(true);
  });

  const file = 'a file';
  const nothing = process.platform === 'linux' ? ['/proc', '/proc/x', '/proc/x/y'] : [];
  it.each([file, path.join(file, 'below'), ...nothing])('is a wrong setting where it is %s', async (place) => {
    await writeFile(path.join(dir.path, file), '');
    const data = path.resolve(dir.path, place);
    const refused = makeDataDir(data);
    await expect(refused).rejects.toBeInstanceOf(WrongSettings);
    await expect(refused).rejects.toThrow(
      `DATA_DIR must be a directory in which this account can make files (it is "${data}"`,
    );
  });
});
