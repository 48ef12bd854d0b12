// All outboxes, one per conversation. Those of conversations that are not open go on sending, and so they do after a reload.

import { isSentAway } from "./csrf.js";
import { Outbox, STORED } from "./outbox.js";

const outboxes = new Map();

export function outboxOf(conversation, about) {
  if (!outboxes.has(conversation)) outboxes.set(conversation, new Outbox(conversation));
  return Object.assign(outboxes.get(conversation), about);
}

// Outboxes with an entry that needs the agent's attention; an entry that is on its way does not.
export const stuckOutboxes = () => [...outboxes.values()].filter((outbox) => outbox.isStuck);

const hurry = () => outboxes.forEach((outbox) => outbox.hurry());

addEventListener("online", hurry);
document.addEventListener("visibilitychange", hurry);
document.body.addEventListener("live-hello", hurry);

addEventListener("beforeunload", (event) => {
  const entries = [...outboxes.values()].flatMap((outbox) => outbox.entries);
  if (entries.some((entry) => entry.file || !isSentAway())) event.preventDefault();
});

for (const stored of Object.keys(sessionStorage).filter((name) => name.startsWith(STORED)))
  outboxOf(stored.slice(STORED.length)).run();
