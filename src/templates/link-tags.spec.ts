import { linkTags, placeOfTemplate } from './link-tags.js';

const UTM = { source: 'shop', medium: 'email', campaign: null, content: null, term: null };
const PLACE = { scenario: 'abandoned-cart', step: 'reminder', template: 'carts/first' };

describe('the UTM parameters of a letter', () => {
  it('are none where the store adds none', () => {
    expect(linkTags(null, PLACE)).toBeNull();
  });

  it('name the scenario as their campaign unless the store names another', () => {
    expect(linkTags(UTM, PLACE)).toBe('utm_source=shop&utm_medium=email&utm_campaign=abandoned-cart');
    expect(linkTags({ ...UTM, campaign: 'winter' }, PLACE)).toContain('utm_campaign=winter');
  });

  it('may use the keys of scenario, step and template, and are encoded', () => {
    const utm = { ...UTM, campaign: '{scenario}/{step}', content: '{template}', term: 'осень & 50%' };
    expect(linkTags(utm, PLACE)).toBe(
      'utm_source=shop&utm_medium=email&utm_campaign=abandoned-cart%2Freminder&utm_content=carts%2Ffirst' +
        '&utm_term=%D0%BE%D1%81%D0%B5%D0%BD%D1%8C%20%26%2050%25',
    );
  });

  it('take folder and name of the template for scenario and step where nobody sends', () => {
    expect(placeOfTemplate('abandoned-cart/reminder')).toEqual({
      scenario: 'abandoned-cart',
      step: 'reminder',
      template: 'abandoned-cart/reminder',
    });
  });
});
