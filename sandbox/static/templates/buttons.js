// Buttons under a card or a text.

import { button, el, link } from "../dom.js";

const KINDS = {
  web_url: ({ url, title }) => link("", url, title),
  phone_number: ({ payload, title }) => el("a", { href: `tel:${payload}` }, title),
  postback: (wanted, acts) => button("", () => acts.tap({ title: wanted.title, payload: wanted.payload }), {}, wanted.title),
  account_link: ({ url }, acts) => accountLink(url, acts),
  account_unlink: (_, acts) => button("", () => acts.sendEvent({ account_linking: { status: "unlinked" } }, "Account unlinked"), {}, "Log out"),
};

export function buttonRow(buttons, acts) {
  if (!Array.isArray(buttons) || !buttons.length) return null;
  return el("div.buttons", {}, ...buttons.map((wanted) => buttonElement(wanted, acts)));
}

// One that we cannot follow, a game for instance, is there but does nothing.
function buttonElement(wanted, acts) {
  return KINDS[wanted.type]?.(wanted, acts) ?? button("", null, { disabled: true }, wanted.title ?? wanted.type ?? "Button");
}

// Facebook opens the page and waits for it to come back; here the customer is logged in as soon as it opens.
function accountLink(url, acts) {
  const element = link("", url, "Log in");
  element.onclick = () => acts.sendEvent({ account_linking: { status: "linked", authorization_code: "sandbox" } }, "Account linked");
  return element;
}
