// Ways to make Facebook misbehave. Wording of the errors is Facebook's own.

import * as api from "./api.js";
import { $, el } from "./dom.js";

const HOURS_25_S = 25 * 3600;

const PERSONAS_REFUSED = {
  message: "Your message couldn't be sent because it includes content that other people on Facebook have reported as abusive.",
  type: "OAuthException",
  code: 368,
  error_subcode: 1346003,
};
const TOKEN_EXPIRED = {
  message: "Error validating access token: Session has expired on Friday, 20-Nov-26 10:00:00 PST. The current time is Friday, 20-Nov-26 11:00:00 PST.",
  type: "OAuthException",
  code: 190,
  error_subcode: 463,
};

const SENDING = { method: "POST", path: "/messages" };
const MAKING_PERSONAS = { method: "POST", path: "/personas" };

const FAULTS = [
  ["Fail three times", "Error 500 on the next 3 calls", { times: 3 }],
  ["Be slow", "Every call takes 3 s", { delay_s: 3 }],
  ["Cut the line", "The next message arrives, its answer does not", { match: SENDING, times: 1, drop: "after" }],
  ["Refuse personas", "Error 368 on every new one", { match: MAKING_PERSONAS, status: 400, error: PERSONAS_REFUSED }],
  ["Expire the token", "Error 190 on every call", { status: 400, error: TOKEN_EXPIRED }],
];
const MANNERS = [
  ["Hold webhooks", "Nothing reaches the console", "pause"],
  ["Deliver twice", "Every webhook comes two times", "duplicate"],
];

export function offerMischief(changed) {
  const then = (act) => () => act().then(changed);
  const faults = FAULTS.map(([name, means, rule]) => item(name, means, then(() => api.fault({ match: {}, ...rule }))));
  const manners = MANNERS.map(([name, means, key]) => toggle(name, means, key, changed));
  const clock = item("Skip 25 hours", "The 24-hour window closes", then(() => api.skip(HOURS_25_S)));
  $("mischief").append(...faults, ...manners, clock);
  $("all-well").onclick = then(allWell);
}

// What is amiss, in words; switches follow what is, whoever changed it.
export function showMischief(world) {
  for (const button of $("mischief").querySelectorAll("[data-manner]")) {
    button.setAttribute("aria-pressed", String(world.webhooks[button.dataset.manner]));
  }
  const amiss = [
    world.faults && `${world.faults} ${world.faults === 1 ? "fault" : "faults"} set`,
    world.webhooks.pause && `webhooks held (${world.counts.webhooks_waiting})`,
    world.webhooks.duplicate && "webhooks delivered twice",
    world.ahead_s >= 3600 && `clock ${Math.floor(world.ahead_s / 3600)} h ahead`,
  ].filter(Boolean);
  const text = amiss.length ? amiss.join(" · ") : "All well.";
  if ($("state").textContent !== text) $("state").textContent = text;
  $("state").classList.toggle("amiss", amiss.length > 0);
}

async function allWell() {
  await api.noFaults();
  await api.webhooks({ duplicate: false, shuffle: false, delay_s: 0, pause: false });
}

function toggle(name, means, key, changed) {
  const entry = item(name, means, async () => {
    await api.webhooks({ [key]: button.getAttribute("aria-pressed") !== "true" });
    changed();
  });
  const button = entry.firstElementChild;
  button.dataset.manner = key;
  return entry;
}

function item(name, means, onclick) {
  return el("li", {}, el("button", { type: "button", onclick }, el("strong", {}, name), el("small", {}, means)));
}
