import { KnownPaths } from './known-paths.js';

describe('known paths', () => {
  const paths = new KnownPaths();
  paths.add(['GET', 'HEAD'], '/v1/keys');
  paths.add('POST', '/v1/keys');
  paths.add('DELETE', '/v1/keys/:id');

  it('tell which methods a path answers', () => {
    expect(paths.methodsOf('/v1/keys')).toEqual(['GET', 'HEAD', 'POST']);
    expect(paths.methodsOf('/v1/keys/abc')).toEqual(['DELETE']);
  });

  it('are silent about a path that does not exist', () => {
    expect(paths.methodsOf('/v1/keys/abc/def')).toEqual([]);
    expect(paths.methodsOf('/v1')).toEqual([]);
  });
});
