// All outboxes of this agent, one per conversation. They go on sending when their conversation is not open, and after a
// reload. Each tab shows what the store has; a tab that changes it has the others read it again.

import { agent, isSentAway } from "./csrf.js";
import { countTabs, isLastTab } from "./last-tab.js";
import { Outbox } from "./outbox.js";
import { isStuck } from "./outbox-state.js";
import { entriesOf, isInMemory } from "./outbox-store.js";

const COUNT_EVERY = 1_000; // ms, how many tabs there are, while anything is unconfirmed

const outboxes = new Map();
const tabs = new BroadcastChannel(`outbox-${agent}`);
let reading = Promise.resolve();

export function outboxOf(conversation) {
  if (!outboxes.has(conversation)) outboxes.set(conversation, new Outbox(conversation, changed, progressed));
  return outboxes.get(conversation);
}

export const allOutboxes = () => [...outboxes.values()];

export const stuckOutboxes = () => allOutboxes().filter(({ entries }) => isStuck(entries));

// Read one after another, so that an older answer never comes last.
const readAgain = () => (reading = reading.then(read, read));

async function read() {
  const entries = await entriesOf(agent);
  for (const { conversation } of entries) outboxOf(conversation);
  for (const [conversation, outbox] of outboxes) outbox.show(entries.filter((entry) => entry.conversation === conversation));
  document.dispatchEvent(new CustomEvent("outbox-changed"));
}

function changed() {
  tabs.postMessage("changed");
  return readAgain();
}

function progressed({ key }, part) {
  tabs.postMessage({ key, part });
  showProgress({ key, part });
}

const showProgress = (detail) => document.dispatchEvent(new CustomEvent("outbox-progress", { detail }));

tabs.onmessage = ({ data }) => (data === "changed" ? readAgain() : showProgress(data));

const retryNow = () => outboxes.forEach((outbox) => outbox.retryNow());

addEventListener("online", retryNow);
document.addEventListener("visibilitychange", retryNow);
document.body.addEventListener("live-hello", retryNow);

const isEmpty = () => allOutboxes().every(({ entries }) => !entries.length);

addEventListener("beforeunload", (event) => {
  if (!isEmpty() && (isLastTab() || isInMemory()) && !isSentAway()) event.preventDefault();
});
setInterval(() => isEmpty() || countTabs(), COUNT_EVERY);

readAgain();
