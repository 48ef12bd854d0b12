// The length of a text in UTF-16 units, in which both JavaScript and Facebook count.

import { messagesIn } from "./messages-in.js";

const PAUSES = [/(?<=\S)(?=\s*\n\s*\n)/g, /(?<=\S)(?=\s*\n)/g, /[.!?…]["'”’»)\]]*(?=\s)|[。！？]/g, /(?<=\S)(?=\s)/g];

// A sentence for the agent, or nothing. `most` and `part` are limits; in the sentences # stands for the number.
export function describeLength(text, { part, most, parts, divided, tooLong }) {
  if (text.length > most) return tooLong.replace("#", text.length - most);
  const messages = messagesIn(text);
  const count = messages.reduce((sum, message) => sum + countMessages(message, Number(part)), 0);
  return count > 1 ? (messages.length > 1 ? divided : parts).replace("#", count) : "";
}

// Cut as messenger/text.py does, except that characters of several code points may be cut.
function countMessages(text, most) {
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
