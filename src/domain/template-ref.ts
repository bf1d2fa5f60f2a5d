/** `folder/name`, or `folder/name@3` pinned to a version. */
export interface TemplateRef {
  readonly key: string;
  readonly pin: number | null;
}

/** Lower-case words with single hyphens: keys of scenarios, steps, folders, goals. */
export const KEBAB_CASE = /^[a-z0-9]+(?:-[a-z0-9]+)*$/;

export const TEMPLATE_REFERENCE = /^([a-z0-9]+(?:-[a-z0-9]+)*\/[a-z0-9]+(?:-[a-z0-9]+)*)(?:@([1-9][0-9]{0,8}))?$/;

/** Reads a reference to a template, null when it is none. */
export function parseTemplateRef(text: string): TemplateRef | null {
  const [, key, pin] = TEMPLATE_REFERENCE.exec(text) ?? [];
  return key === undefined ? null : { key, pin: pin === undefined ? null : Number(pin) };
}
