// The state of an entry among those of its outbox, for its display and its buttons.

export function stateOf(entry, entries) {
  const isRefused = Boolean(entry.problem);
  const isHeld = !isRefused && isHeldBack(entry, entries);
  const isBehind = !isRefused && !isHeld && isStuck(entries) && entry !== firstOf(entries);
  const isWaiting = isRefused || isHeld || isBehind || Boolean(entry.isUnanswered);
  return { isRefused, isHeld, isBehind, isWaiting, isDue: !isWaiting && timeToUndo(entry) > 0 };
}

// The time in which the entry can still be undone, in ms. The clock of the computer may have been set back.
export function timeToUndo({ due, undoSeconds, isTried }) {
  const left = due - Date.now();
  return isTried || left > undoSeconds * 1000 ? 0 : Math.max(0, left);
}

// The first entry that was not refused: nothing overtakes it. Nor does anything overtake a question to the agent.
export function firstOf(entries) {
  const first = entries.find((entry) => entry.newest || (!entry.problem && !isHeldBack(entry, entries)));
  return first?.newest ? undefined : first;
}

// An entry needs the agent's attention, or waits for the console; one that is on its way does not.
export const isStuck = (entries) => entries.some((entry) => entry.problem || entry.isUnanswered);

// Return whether the console has refused all stuck entries: then none of them was sent.
export const areRefused = (entries) => entries.some((entry) => entry.problem) && !firstOf(entries);

// When a file of a reply is refused, the rest of that reply waits.
function isHeldBack(entry, entries) {
  const before = entries.slice(0, entries.indexOf(entry));
  return before.some((other) => other.problem && other.reply === entry.reply);
}
