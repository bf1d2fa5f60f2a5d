import { Transform } from 'class-transformer';

/** The caller's own object, kept as it came: class-transformer's copy lacks what is called as a method, such as `valueOf`. */
export function AsPosted(): PropertyDecorator {
  return Transform(({ obj, key }) => (obj as Readonly<Record<string, unknown>>)[key]);
}
