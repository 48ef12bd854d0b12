// Older pages of a thread. Each is added when one scrolls up to its link.

import { arrange } from "./thread-lines.js";

export function watchOlder(list) {
  list.link = list.querySelector(".thread-older");
  if (!list.link) return;
  list.link.addEventListener("click", (event) => (event.preventDefault(), addOlder(list)));
  list.observer = new IntersectionObserver(([entry]) => entry.isIntersecting && addOlder(list), { root: list, rootMargin: "300px" });
  list.observer.observe(list.link);
}

// Load one page at a time; a request meanwhile waits for the same page.
export function addOlder(list) {
  list.loadingOlder ??= load(list).finally(() => (list.loadingOlder = null));
  return list.loadingOlder;
}

async function load(list) {
  list.observer.disconnect();
  const link = list.link;
  const page = await list.fetch(new URL(link.href).search.slice(1));
  if (!page) return list.observer.observe(link);
  const fromEnd = list.scrollHeight - list.scrollTop;
  const known = [...page.querySelectorAll(".thread > li")].filter((message) => !document.getElementById(message.id));
  list.thread.prepend(...known);
  arrange(list.thread);
  list.reading.noteOlder(known);
  link.replaceWith(...page.querySelectorAll(".thread-older"));
  for (const message of known) htmx.process(message);
  if (!list.sticks) list.scrollTop = list.scrollHeight - fromEnd;
  watchOlder(list);
}
