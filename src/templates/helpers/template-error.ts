/** A letter that cannot be made; the message says which variable or helper is at fault, and never what the data was. */
export class TemplateError extends Error {}
