import { anMjml, rendered } from './letter.builder.js';

describe('the text part', () => {
  it('has no gaps and no spaces at the ends of its lines where something was filled in with nothing', async () => {
    const empty = '{{#if event.none}}x{{/if}}';
    const words = 'You are getting this because you asked for it.';
    const source = anMjml(
      `<mj-text>${words} ${empty}<br>a ${empty}</mj-text><mj-text>${empty} ${empty}</mj-text><mj-text>b</mj-text>`,
    );
    const { text } = await rendered(source);
    expect(text.slice(0, text.indexOf('b') + 200)).toMatch(
      /^You are getting this because you asked for it\.\na\n\nb\n\n/,
    );
  });
});
