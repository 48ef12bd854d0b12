// Put what the composer has into the outbox, with what the agent had seen, and how long it can be undone. more: the quote and the
// quick replies, or a template with its words.

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
