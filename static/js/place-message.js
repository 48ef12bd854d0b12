// Put a message into the thread. Its place is its sort key, and may have changed since the message came before.

export function place(thread, message, hasOlder) {
  const old = document.getElementById(message.id);
  if ("gone" in message.dataset) return old?.remove();
  if (old?.dataset.place === message.dataset.place) return renew(old, message);
  const hadFocus = old?.contains(document.activeElement);
  old?.remove();
  const first = thread.firstElementChild;
  if (!old && first && hasOlder && message.dataset.place < first.dataset.place) return; // comes with its own page
  thread.insertBefore(message, firstAfter(thread, message));
  if (hadFocus) keepFocus(message);
}

function firstAfter(thread, { dataset }) {
  let first = null;
  for (let other = thread.lastElementChild; other?.dataset.place > dataset.place; other = first.previousElementSibling)
    first = other;
  return first;
}

// An unchanged message stays as it is: text may be selected in it, or a sound be playing.
export function renew(old, message) {
  const hadFocus = old.contains(document.activeElement);
  for (const { name, value } of message.attributes) old.setAttribute(name, value);
  const parts = [...message.children];
  for (const part of [...old.children]) if (!parts.some((other) => other.isEqualNode(part))) part.remove();
  let next = old.firstElementChild;
  for (const part of parts) {
    if (next?.isEqualNode(part)) next = next.nextElementSibling;
    else old.insertBefore(part, next);
  }
  while (next) [next] = [next.nextElementSibling, next.remove()];
  if (hadFocus && !old.contains(document.activeElement)) keepFocus(old);
}

// The button that had the focus may be gone while the message is being sent.
function keepFocus(message) {
  message.tabIndex = -1;
  message.focus({ preventScroll: true });
}
