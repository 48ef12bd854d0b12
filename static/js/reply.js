// Put the reply of the composer into the outbox, with the last message that the agent has seen, and the time in which it
// can be undone. more: the quote and the quick replies, or a template with its words.

import { outboxOf } from "./outboxes.js";
import { fill } from "./seen.js";

export function putIntoOutbox({ dataset, form }, text, files, more) {
  const { conversation, customer } = dataset;
  const { seen } = form.elements;
  fill(seen);
  const undoSeconds = Number(dataset.undoSeconds);
  const due = Date.now() + undoSeconds * 1000;
  const reply = { url: form.getAttribute("action"), customer, seen: seen.value, undoSeconds, due };
  return outboxOf(conversation).add(text, files, reply, more);
}
