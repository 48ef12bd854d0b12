// The head of every conversation: whom it is with, and before the first word the Page's greeting.

import { el } from "./dom.js";
import { greetingFor } from "./profile.js";

export function introElement(page, profile, customer, isEmpty) {
  const greeting = isEmpty && greetingFor(profile, customer.name);
  return el("header.intro", {},
    el("img", { src: page.face, alt: "", width: 72, height: 72 }),
    el("h2", {}, page.name),
    el("p.quiet", {}, "Business chat"),
    greeting && el("p.greeting", {}, greeting));
}
