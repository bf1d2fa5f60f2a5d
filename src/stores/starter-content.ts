/** What a new store begins with; scenarios implements it. */
export abstract class StarterContent {
  /** Installs every preset as a draft and publishes the first five in the sandbox; may be repeated. */
  abstract installAll(storeId: string): Promise<unknown>;
}
