// Into how many messages a long text goes: cut as messenger/text.py cuts it, but for what a reader sees as one character.

const PAUSES = [/(?<=\S)(?=\s*\n\s*\n)/g, /(?<=\S)(?=\s*\n)/g, /[.!?…]["'”’»)\]]*(?=\s)|[。！？]/g, /(?<=\S)(?=\s)/g];

export function countParts(text, most) {
  let count = 1;
  for (let rest = text.trim(); rest.length > most; count++) rest = rest.slice(cut(rest, most)).trimStart();
  return count;
}

function cut(text, most) {
  const start = text.slice(0, most + 1);
  for (const pause of PAUSES) {
    const ends = [...start.matchAll(pause)].map((match) => match.index + match[0].length);
    const last = ends.filter((end) => end >= most / 2 && end <= most).at(-1);
    if (last) return last;
  }
  return most;
}
