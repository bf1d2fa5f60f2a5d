import { Unavailable } from '../platform/http/domain-error.js';
import { aLetterSource } from './letter.builder.js';
import { TemplateCompiler } from './template-compiler.js';

describe('sources that wait to be compiled', () => {
  const compiler = new TemplateCompiler();
  afterAll(() => compiler.onApplicationShutdown());

  it('are taken in turn between the stores: whoever has many holds up themselves', async () => {
    const done: string[] = [];
    const compile = async (storeId: string, source: string): Promise<void> => {
      await compiler.compileLocale(storeId, aLetterSource(source), 'en');
      done.push(source);
    };
    const large = ['large-1', 'large-2', 'large-3'].map((source) => compile('large', source));
    await Promise.all([...large, compile('small', 'small-1')]);
    expect(done).toEqual(['large-1', 'large-2', 'small-1', 'large-3']);
  });

  it('are not more than fifty of one store, and nobody else’s are refused for it', async () => {
    const compile = (storeId: string) => compiler.compileLocale(storeId, aLetterSource('x'), 'en');
    const taken = Array.from({ length: 51 }, () => compile('large')); // one of them is being compiled
    await expect(compile('large')).rejects.toThrow(Unavailable);
    await expect(compile('small')).resolves.toMatchObject({ ok: true });
    expect((await Promise.all(taken)).every(({ ok }) => ok)).toBe(true);
  });
});
