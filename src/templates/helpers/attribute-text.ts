/** An address inside quotes. Handlebars would also escape `=`, which only unquoted attributes need. */
export function attributeText(address: string): string {
  return /[&"'<>]/.test(address) ? address.replace(/[&"'<>]/g, (char) => ENTITIES[char]!) : address;
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '"': '&quot;',
  "'": '&#39;',
  '<': '&lt;',
  '>': '&gt;',
};
