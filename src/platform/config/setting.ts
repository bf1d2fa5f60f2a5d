import 'reflect-metadata';

/** What the documentation says of one environment variable. */
export interface SettingInfo {
  readonly name: string;
  readonly description: string;
  /** As it would be written in the environment; null when there is none. */
  readonly defaultText: string | null;
}

const METADATA = 'touchmap:settings';

/** Describes a setting and gives its default as it would be written in the environment. */
export function Setting(description: string, defaultText?: string): PropertyDecorator {
  return (target, name) => {
    const known = settingsOf(target.constructor);
    const info: SettingInfo = { name: String(name), description, defaultText: defaultText ?? null };
    Reflect.defineMetadata(METADATA, [...known, info], target.constructor);
  };
}

/** All settings of a class in the order in which they are declared. */
export function settingsOf(target: object): readonly SettingInfo[] {
  return (Reflect.getMetadata(METADATA, target) ?? []) as readonly SettingInfo[];
}
