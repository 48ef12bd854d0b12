// The text of a canned reply. A variable stands in double braces; all else is left as it was written.

import { titlesIn } from "./quick-reply-field.js";

const VARIABLE = /\{\{([^{}]*)\}\}/g;

const BREAK = /^[ \t]*---[ \t]*$/m; // a line that begins another message

export const fill = (text, values) => text.replace(VARIABLE, (whole, name) => values[name.trim()] ?? whole);

// Return a line about the parts of the reply beside its text.
export const extrasOf = ({ files, quick_replies }) =>
  [...files.map(({ name }) => name), ...titlesIn(quick_replies).map((title) => `[${title}]`)].join(" · ");

// Return the messages in a reply. A reply of nothing but breaks is sent as it is.
export function messagesIn(text) {
  const messages = text.split(BREAK).map((message) => message.trim());
  const written = messages.filter(Boolean);
  return written.length || !text ? written : [text];
}

// Join messages to a text that divides into the same messages.
export const joined = (messages) => messages.filter(Boolean).join("\n---\n");
