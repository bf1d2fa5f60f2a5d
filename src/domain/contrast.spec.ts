import { inkOn, readableOn } from './contrast.js';

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

describe('a colour that words have', () => {
  it.each([
    ['is left as it is where it can be read', '#ffffff', '#0b5cad', '#0b5cad'],
    ['is left as it is down to a contrast of 4.5', '#ffffff', '#767676', '#767676'],
    ['is hardly darker where little is missing', '#f4f5f7', '#1f6feb', '#1d68dc'],
    ['is much darker where it is as light as its ground', '#ffffff', '#ffe066', '#807033'],
    ['is darker where it has three digits', '#fff', '#fd0', '#806f00'],
    ['is lighter where it is as dark as its ground', '#101010', '#102a43', '#798795'],
    ['is darker on a ground between the two', '#777777', '#777777', '#000000'],
  ])('%s', (_promise, ground, color, readable) => {
    expect(readableOn(ground, color)).toBe(readable);
  });
});
