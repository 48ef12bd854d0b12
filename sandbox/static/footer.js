// Below the thread: the composer, the menu alone, Get started, or the notice that the Page is blocked.

import { $ } from "./dom.js";
import { showMenu } from "./persistent_menu.js";
import { startPayload } from "./messenger_profile.js";

let payload = null;

export function listenForStart(tap) {
  $("get-started").onclick = () => tap({ title: "Get Started", payload });
}

export function showFooter(customer, seen) {
  const { isAlone } = showMenu(seen?.page?.persistent_menu);
  payload = seen && !seen.messages.length ? startPayload(seen.page) : null;
  const shown = !customer || !seen ? null : seen.blocked ? "blocked" : payload ? "start" : isAlone ? "only-menu" : "composer";
  for (const id of ["blocked", "start", "only-menu", "composer"]) $(id).hidden = id !== shown;
}
