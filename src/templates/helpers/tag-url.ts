/**
 * The address with the tags behind its own parameters and before its fragment. Nothing of the address is written anew (its
 * encoding may be signed), and a parameter that is there already, in whatever case, is left alone.
 * @param tags encoded `name=value`, joined by `&`
 */
export function tagUrl(url: string, tags: string): string {
  const hash = url.indexOf('#');
  const base = hash < 0 ? url : url.slice(0, hash);
  const fragment = hash < 0 ? '' : url.slice(hash);
  const mark = base.indexOf('?');
  if (mark < 0) return `${base}?${tags}${fragment}`;
  const query = base.slice(mark + 1);
  const present = new Set(query.split('&').map(nameOf));
  const added = tags.split('&').filter((tag) => !present.has(nameOf(tag)));
  if (added.length === 0) return url;
  const glue = query === '' || query.endsWith('&') ? '' : '&';
  return `${base}${glue}${added.join('&')}${fragment}`;
}

/** A parameter's name as a server reads it, in small letters; one that is no valid encoding stands for itself. */
function nameOf(parameter: string): string {
  const name = parameter.split('=', 1)[0]!.replaceAll('+', ' ');
  try {
    return decodeURIComponent(name).toLowerCase();
  } catch {
    return name.toLowerCase();
  }
}
