// Where a message that came belongs in the thread: by its place, which a message that was delivered again may change.

export function place(thread, message, hasOlder) {
  const old = document.getElementById(message.id);
  if (old?.dataset.place === message.dataset.place) return renew(old, message);
  const hadFocus = old?.contains(document.activeElement);
  old?.remove();
  const first = thread.firstElementChild;
  if (!old && first && hasOlder && message.dataset.place < first.dataset.place) return; // comes with its own page
  thread.insertBefore(message, after(thread, message));
  if (hadFocus) keepFocus(message);
}

function after(thread, { dataset }) {
  let after = null;
  for (let other = thread.lastElementChild; other?.dataset.place > dataset.place; other = after.previousElementSibling)
    after = other;
  return after;
}

// What has not changed stays as it is: text may be selected in it, or a sound be playing.
function renew(old, message) {
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

function keepFocus(message) {
  (message.querySelector("button") ?? message.closest("message-list")).focus({ preventScroll: true });
}
