import { inkOn } from './contrast.js';

describe('what is written on a colour', () => {
  it.each([
    ['is what is preferred where that can be read', '#0b5cad', '#f4f5f7', '#f4f5f7'],
    ['is white where that is read better than what is preferred', '#1f6feb', '#f4f5f7', '#ffffff'],
    ['is black on a light colour', '#ffd400', '#f4f5f7', '#000000'],
    ['is black on a light colour of three digits', '#fd0', '#fff', '#000000'],
    ['is preferred down to a contrast of 4.5', '#767676', '#ffffff', '#ffffff'],
    ['is not preferred below it', '#777777', '#ffffff', '#000000'],
  ])('%s', (_promise, ground, preferred, ink) => {
    expect(inkOn(ground, preferred)).toBe(ink);
  });
});
