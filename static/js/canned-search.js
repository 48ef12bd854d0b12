// Search in canned replies: each word of the query has to be in the shortcut, the folder or the text. One word alone is also
// found by some of its letters in their order, as "rfnd" in "refund".

const plain = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();

// Prepare a reply for the search, once, when it is loaded.
export function prepared(reply) {
  const [shortcut, folder, text] = [reply.shortcut, reply.folder, reply.text].map(plain);
  return { ...reply, keys: { shortcut, folder, text, words: [...new Set(text.match(/[\p{L}\p{N}]+/gu))] } };
}

// Return the replies that match, the best first; all replies for an empty query.
export function search(replies, query) {
  const words = plain(query).split(/\s+/).filter(Boolean);
  const ranked = replies.map((reply) => [rankOf(reply.keys, words), reply]).filter(([rank]) => rank < Infinity);
  return ranked.sort(([a], [b]) => a - b).map(([, reply]) => reply);
}

const rankOf = (keys, words) => words.reduce((sum, word) => sum + rankOfWord(keys, word, words.length === 1), 0);

function rankOfWord({ shortcut, folder, text, words }, word, isAlone) {
  if (shortcut === word) return 0;
  if (shortcut.startsWith(word)) return 1;
  if (shortcut.includes(word)) return 2;
  if (folder.includes(word)) return 3;
  if (text.includes(word)) return 4;
  if (!isAlone) return Infinity;
  if (hasLetters(shortcut, word)) return 5;
  return words.some((other) => other[0] === word[0] && hasLetters(other, word)) ? 6 : Infinity;
}

function hasLetters(text, letters) {
  let at = -1;
  for (const letter of letters) if ((at = text.indexOf(letter, at + 1)) < 0) return false;
  return true;
}
