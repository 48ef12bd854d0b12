// A click on a quote goes to the quoted message and marks it, a click in the panel to any entry of the thread. Older
// pages are loaded until it is there.

import { addOlder } from "./older-messages.js";

const MARKED = 2_000; // ms

export function watchQuotes(list) {
  list.addEventListener("click", (event) => {
    const quote = event.target.closest("a.quote");
    if (!quote) return;
    event.preventDefault();
    jump(list, quote.hash.slice(1));
  });
}

export async function jump(list, id) {
  list.sticks = false;
  list.ariaBusy = "true";
  let link = null;
  while (!document.getElementById(id) && list.link && list.link !== link) {
    link = list.link;
    await addOlder(list);
  }
  list.ariaBusy = null;
  const message = document.getElementById(id);
  if (message) show(list, message);
}

function show(list, message) {
  list.bring(message, 0.5);
  message.tabIndex = -1;
  message.focus({ preventScroll: true });
  message.classList.add("is-marked");
  setTimeout(() => message.classList.remove("is-marked"), MARKED);
}
