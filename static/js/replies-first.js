// Close, Hand back, Transfer and Return to queue end this agent's turn, after which the console refuses a reply. Log out ends it
// everywhere: a reply that stayed here would wait, unsaid, for the same agent. So replies that are being sent, or can still be
// undone, are sent first. When one of them is refused, or gets no answer, the agent sees that and may press again.

import { allOutboxes, outboxOf } from "./outboxes.js";

const ENDS_TURN = /\/conversations\/(\d+)\/(?:close|hand-back|transfer|return-to-queue)\/$/;
const ENDS_ALL = /\/logout\/$/;

document.addEventListener(
  "submit",
  (event) => {
    const { target: form } = event;
    const waiting = outboxesBefore(form).filter(isOnItsWay);
    if (!waiting.length) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    if (form.ariaBusy !== "true") submitAfter(waiting, form);
  },
  true,
);

function outboxesBefore({ action }) {
  const [, conversation] = action.match(ENDS_TURN) ?? [];
  if (conversation) return [outboxOf(conversation)];
  return ENDS_ALL.test(action) ? allOutboxes() : [];
}

async function submitAfter(outboxes, form) {
  const refused = refusedIn(outboxes);
  form.ariaBusy = "true";
  await Promise.all(outboxes.map((outbox) => outbox.leaveNow()));
  while (outboxes.some(isOnItsWay)) await new Promise((resolve) => document.addEventListener("outbox-changed", resolve, { once: true }));
  form.ariaBusy = null;
  if (form.isConnected && !outboxes.some(({ next }) => next) && refusedIn(outboxes) === refused) form.requestSubmit();
}

const isOnItsWay = ({ next }) => next && !next.isUnanswered;

const refusedIn = (outboxes) => outboxes.flatMap(({ entries }) => entries).filter(({ problem }) => problem).length;
