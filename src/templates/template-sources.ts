/** MJML source by locale: `{ en: '<mjml>…', ru: '<mjml>…' }`, at least one. */
export type TemplateSources = Readonly<Record<string, string>>;

/** What a preview shows when it is given nothing else. */
export interface TemplateSample {
  /** An event as it is posted (`type`, `data`…), or its `data` alone. */
  readonly event?: Readonly<Record<string, unknown>>;
  readonly contact?: Readonly<Record<string, unknown>>;
}
