const PAGE = 100;
const AT_ONCE = 8;

/** Letters that went out with their content, as the API shows them; the newest first. */
export async function acceptedLetters(serviceUrl, authorization, count) {
  const get = async (path) => {
    const answer = await fetch(serviceUrl + path, { headers: { authorization } });
    if (!answer.ok) throw new Error(`GET ${path}: ${answer.status} ${await answer.text()}`);
    return answer.json();
  };
  const ids = [];
  for (let cursor = ''; ids.length < count && cursor !== null;) {
    const page = await get(`/v1/messages?state=accepted&limit=${PAGE}${cursor && `&cursor=${cursor}`}`);
    ids.push(...page.items.map(({ id }) => id));
    cursor = page.nextCursor;
  }
  const letters = [];
  const wanted = ids.slice(0, count).values();
  const read = async () => {
    for (const id of wanted) letters.push(await get(`/v1/messages/${id}`));
  };
  await Promise.all(Array.from({ length: AT_ONCE }, read));
  return letters;
}
