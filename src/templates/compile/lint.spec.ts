import { anMjml, compiled } from '../letter.builder.js';

describe('advice on a letter', () => {
  it('names a picture without a description as its author wrote it', async () => {
    const { problems } = await compiled(anMjml('<mj-image src="{{url event.imageUrl}}" />'));
    expect(problems).toContainEqual(
      expect.objectContaining({
        code: 'missing_alt',
        detail: '{{url event.imageUrl}} has no alt text: with pictures off nothing shows',
      }),
    );
  });
});
