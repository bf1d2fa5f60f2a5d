/**
 * Whether live may write to this address. Each list that is not empty must name the address or its domain (subdomains
 * are other domains); both are meant for a shop's first live days.
 */
export function isAllowedRecipient(email: string, lists: readonly (readonly string[])[]): boolean {
  const address = email.toLowerCase();
  const domain = address.slice(address.lastIndexOf('@') + 1);
  return lists.every(
    (list) => list.length === 0 || list.some((entry) => matches(entry.toLowerCase(), address, domain)),
  );
}

function matches(entry: string, address: string, domain: string): boolean {
  return entry.includes('@') && !entry.startsWith('@') ? entry === address : entry.replace(/^@/, '') === domain;
}
