// The messages in one text.

const BREAK = /^[ \t]*---[ \t]*$/m; // a line that begins another message

// A reply of nothing but breaks is sent as it is.
export function messagesIn(text) {
  const messages = text.split(BREAK).map((message) => message.trim());
  const written = messages.filter(Boolean);
  return written.length || !text ? written : [text];
}

// Join messages to a text that divides into the same messages.
export const joined = (messages) => messages.filter(Boolean).join("\n---\n");
