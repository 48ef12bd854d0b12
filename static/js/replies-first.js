// Close, Hand back, Transfer and Return to queue end this agent's turn, after which the console refuses a reply. So
// replies that are being sent, or can still be undone, are sent first. When one of them is refused, or gets no answer,
// the agent sees that and may press again.

import { outboxOf } from "./outboxes.js";

const ENDS_TURN = /\/conversations\/(\d+)\/(?:close|hand-back|transfer|return-to-queue)\/$/;

document.addEventListener(
  "submit",
  (event) => {
    const { target: form } = event;
    const [, conversation] = form.action.match(ENDS_TURN) ?? [];
    const outbox = conversation && outboxOf(conversation);
    if (!outbox || !isOnItsWay(outbox)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    if (form.ariaBusy !== "true") submitAfter(outbox, form);
  },
  true,
);

async function submitAfter(outbox, form) {
  const refused = refusedIn(outbox);
  form.ariaBusy = "true";
  await outbox.leaveNow();
  while (isOnItsWay(outbox)) await new Promise((resolve) => document.addEventListener("outbox-changed", resolve, { once: true }));
  form.ariaBusy = null;
  if (form.isConnected && !outbox.next && refusedIn(outbox) === refused) form.requestSubmit();
}

const isOnItsWay = ({ next }) => next && !next.isUnanswered;

const refusedIn = ({ entries }) => entries.filter(({ problem }) => problem).length;
