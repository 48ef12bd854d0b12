// The entries of one Send: its files, then its text, in as many messages as the text asks for.

import { joined, messagesIn } from "./messages-in.js";
import { agent } from "./csrf.js";

// The state of an entry before any answer of the console.
export const CLEAN = { problem: "", isBarred: false, isGone: false, isFinal: false, newest: 0 };

// Return {entries, copies}: copies are pairs of an entry's key and its file. The first message has the quote, the last text has the
// quick replies. A template is one message, with the file that it shows.
export async function newEntries(text, files, about, { quickReplies = "", template, words, ...quote }) {
  const reply = { ...about, ...CLEAN, agent, reply: newKey(), text: "", ...(template && { template, words }) };
  const named = files.map((file) => ({ ...reply, key: newKey(), fileName: file.name, size: file.size }));
  const texts = messagesIn(text).map((part) => ({ ...reply, key: newKey(), text: part }));
  if (template && !named.length) texts.push({ ...reply, key: newKey() });
  Object.assign(texts[0] ?? named[0] ?? {}, quote);
  Object.assign(texts.at(-1) ?? {}, { quickReplies });
  const copies = await Promise.all(files.map(copyOf));
  return { entries: [...named, ...texts], copies: named.map(({ key }, at) => [key, copies[at]]) };
}

// Return the content of the entries of one Send: {text, files, replyTo, quickReplies}.
export function joinedEntries(entries) {
  const files = entries.map(({ file }) => file).filter(Boolean);
  const text = joined(entries.map((entry) => entry.text));
  const replyTo = entries.map((entry) => entry.replyTo).find((quoted) => quoted !== undefined);
  const quickReplies = entries.map((entry) => entry.quickReplies).find(Boolean);
  return { text, files, replyTo, quickReplies };
}

// Read the file. A browser stores only its place on the disk: this fails once it was moved, changed or deleted.
const copyOf = async (file) => new File([await file.arrayBuffer()], file.name, { type: file.type });

// crypto.randomUUID exists under https only.
export function newKey() {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
