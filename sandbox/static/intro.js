// The head of a thread: the Page, and before the first message its greeting.

import { el } from "./dom.js";
import { greetingFor } from "./messenger_profile.js";

export function introElement(page, profile, customer, isEmpty) {
  const greeting = isEmpty && greetingFor(profile, customer.name);
  return el("header.intro", {},
    el("img", { src: page.face, alt: "", width: 72, height: 72 }),
    el("h2", {}, page.name),
    el("p.quiet", {}, "Business chat"),
    greeting && el("p.greeting", {}, greeting));
}
