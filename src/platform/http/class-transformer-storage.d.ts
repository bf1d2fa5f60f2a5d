/** The part of class-transformer that knows which class a nested property is; it ships without types of its own. */
declare module 'class-transformer/cjs/storage.js' {
  export const defaultMetadataStorage: {
    findTypeMetadata(target: object, property: string): { readonly typeFunction: () => new () => object } | undefined;
  };
}
