// Ways to make Facebook misbehave. Wording of the errors is Facebook's own.

import * as api from "./api.js";
import { $, button, el } from "./dom.js";
import { FAULTS, HOURS_25_S, SWITCHES } from "./mishaps.js";

const turned = new Map(); // what the world does not tell: key → how to turn it off again

export function offerMischief(changed, current) {
  const then = (act) => () => act().then(changed);
  const faults = FAULTS.map(([name, means, rule]) => item(name, means, then(() => api.fault({ match: {}, ...rule }))));
  const clock = item("Skip 25 hours", "The 24-hour window closes", then(() => api.skip(HOURS_25_S)));
  $("mischief").append(...faults, ...SWITCHES.map((wanted) => toggle(wanted, current, changed)), clock);
  $("all-well").onclick = then(allWell);
}

// What is amiss, in words; switches follow what is, whoever changed it.
export function showMischief(world, current) {
  for (const { key, is, needs } of SWITCHES) {
    const element = $("mischief").querySelector(`[data-switch="${key}"]`);
    const isOn = is?.(world) ?? turned.has(keyFor(key, needs, current));
    element.setAttribute("aria-pressed", String(isOn));
    element.disabled = Boolean(needs && !current);
  }
  const amiss = [
    world.faults && `${world.faults} ${world.faults === 1 ? "fault" : "faults"} set`,
    world.webhooks.pause && `webhooks held (${world.counts.webhooks_waiting})`,
    world.webhooks.duplicate && "webhooks delivered twice",
    ...[...turned.values()].map(({ amiss }) => amiss),
    world.ahead_s >= 3600 && `clock ${Math.floor(world.ahead_s / 3600)} h ahead`,
  ].filter(Boolean);
  const text = amiss.length ? amiss.join(" · ") : "All well.";
  if ($("state").textContent !== text) $("state").textContent = text;
  $("state").classList.toggle("amiss", amiss.length > 0);
}

async function allWell() {
  await api.noFaults();
  await api.webhooks({ duplicate: false, shuffle: false, delay_s: 0, pause: false });
  await Promise.allSettled([...turned.values()].map(({ turnOff }) => turnOff()));
  turned.clear();
}

function toggle({ name, means, amiss, key, needs, is, turn }, current, changed) {
  const entry = item(name, means, async () => {
    const whose = current();
    const isOn = element.getAttribute("aria-pressed") !== "true";
    await turn(isOn, whose);
    const own = keyFor(key, needs, whose);
    if (!isOn) turned.delete(own);
    else if (!is) turned.set(own, { amiss, turnOff: () => turn(false, whose) });
    changed();
  });
  const element = entry.firstElementChild;
  element.dataset.switch = key;
  return entry;
}

// A switch of one customer or Page is known by it.
const keyFor = (key, needs, current) => (needs ? `${key} ${current?.[needs]}` : key);

function item(name, means, onclick) {
  return el("li", {}, button("", onclick, {}, el("strong", {}, name), el("small", {}, means)));
}
