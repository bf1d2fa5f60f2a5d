/** What a store with double opt-in needs to ask people with; scenarios implements it. */
export abstract class ConfirmationLetters {
  /** Makes the store send confirmation letters, live and in the sandbox; what it has already stays as it is. */
  abstract ensurePublished(storeId: string): Promise<void>;
}
