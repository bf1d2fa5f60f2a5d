/** What WCAG 2.2 §1.4.3 asks of text of ordinary size. */
const READABLE = 4.5;

/**
 * The colour in which to write on `ground`: `preferred` where it can be read there, else white or black, whichever stands out more.
 * Colours are `#rgb` or `#rrggbb`.
 */
export function inkOn(ground: string, preferred: string): string {
  return contrast(ground, preferred) >= READABLE ? preferred : blackOrWhite(ground);
}

/** `color` for words on `ground`: as it is where it can be read there, else as much darker or lighter as that takes. */
export function readableOn(ground: string, color: string): string {
  const end = blackOrWhite(ground);
  for (let share = 0; share < 1; share += 1 / 16) {
    const mixed = mix(color, end, share);
    if (contrast(ground, mixed) >= READABLE) return mixed;
  }
  return end;
}

function blackOrWhite(ground: string): string {
  return contrast(ground, '#ffffff') >= contrast(ground, '#000000') ? '#ffffff' : '#000000';
}

function mix(color: string, end: string, share: number): string {
  const ends = channels(end);
  const mixed = channels(color).map((channel, at) => Math.round(channel + (ends[at]! - channel) * share));
  return `#${mixed.map((channel) => channel.toString(16).padStart(2, '0')).join('')}`;
}

/** From 1, the same, to 21, black on white (WCAG 2.2, contrast ratio). */
function contrast(one: string, other: string): number {
  const [dark, light] = [luminance(one), luminance(other)].sort((a, b) => a - b) as [number, number];
  return (light + 0.05) / (dark + 0.05);
}

/** 0 for black to 1 for white (WCAG 2.2, relative luminance). */
function luminance(color: string): number {
  const [red, green, blue] = channels(color).map((channel) => linear(channel / 255)) as [number, number, number];
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

/** Red, green and blue, each from 0 to 255. */
function channels(color: string): number[] {
  const digits = color.length === 4 ? color.replace(/[^#]/g, '$&$&') : color;
  return [1, 3, 5].map((at) => Number.parseInt(digits.slice(at, at + 2), 16));
}

function linear(channel: number): number {
  return channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4;
}
