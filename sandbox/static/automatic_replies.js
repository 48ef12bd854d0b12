// Automatic replies of the Page, each with a switch. The console gets their echoes.

import * as api from "./api.js";
import { $, el } from "./dom.js";

const REPLIES = [
  ["instant_reply", "Instant reply", "Hi, thanks for your message. We will be with you soon."],
  ["away", "Away message", "We are closed and back tomorrow at nine."],
  ["ad_welcome", "Ad welcome message", "Welcome! Ask us about our offer."],
];

export function offerAutomatic(changed, current) {
  for (const [kind, name, text] of REPLIES) {
    const input = el("input", { type: "checkbox", role: "switch" });
    input.dataset.automatic = kind;
    input.onchange = () => api.setAutomaticReply(current().page_id, kind, input.checked ? text : null).then(changed);
    $("automatic").append(el("label.switch", {}, el("span", {}, name, el("small", {}, `“${text}”`)), input));
  }
}

export function showAutomatic(world, current) {
  const page = world.pages.find(({ id }) => id === current?.page_id);
  for (const input of $("automatic").querySelectorAll("input")) {
    input.disabled = !page;
    input.checked = Boolean(page?.automatic_replies[input.dataset.automatic]);
  }
}
