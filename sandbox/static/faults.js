// Faults and limits. The error messages are Facebook's own.

import * as api from "./api.js";
import { $, button, el } from "./dom.js";
import { FAULTS, HOURS_25_S, SWITCHES } from "./fault_presets.js";

const switchedOn = new Map(); // switches that the world does not show: key → status and how to turn them off

export function offerFaults(changed, current) {
  const then = (act) => () => act().then(changed);
  const faults = FAULTS.map(([name, means, rule]) => item(name, means, then(() => api.addFault({ match: {}, ...rule }))));
  const clock = item("Advance 25 hours", "The messaging window closes", then(() => api.advanceClock(HOURS_25_S)));
  $("faults").append(...faults, ...SWITCHES.map((wanted) => toggle(wanted, current, changed)), clock);
  $("reset-faults").onclick = then(resetFaults);
}

// Describe the faults and limits; switches follow the world, whoever changed it.
export function showFaults(world, current) {
  for (const { key, isOn: read, needs } of SWITCHES) {
    const element = $("faults").querySelector(`[data-switch="${key}"]`);
    const isOn = read?.(world) ?? switchedOn.has(keyFor(key, needs, current));
    element.setAttribute("aria-pressed", String(isOn));
    element.disabled = Boolean(needs && !current);
  }
  const status = [
    world.faults && `${world.faults} ${world.faults === 1 ? "fault" : "faults"} set`,
    world.webhooks.pause && `webhooks paused (${world.counts.webhooks_waiting})`,
    world.webhooks.duplicate && "webhooks duplicated",
    ...[...switchedOn.values()].map(({ status }) => status),
    world.ahead_s >= 3600 && `clock ${Math.floor(world.ahead_s / 3600)} h ahead`,
  ].filter(Boolean);
  const text = status.length ? status.join(" · ") : "No faults or limits.";
  if ($("state").textContent !== text) $("state").textContent = text;
  $("state").classList.toggle("warning", status.length > 0);
}

async function resetFaults() {
  await api.clearFaults();
  await api.setWebhookDelivery({ duplicate: false, shuffle: false, delay_s: 0, pause: false });
  await Promise.allSettled([...switchedOn.values()].map(({ turnOff }) => turnOff()));
  switchedOn.clear();
}

function toggle({ name, means, status, key, needs, isOn: read, turn }, current, changed) {
  const entry = item(name, means, async () => {
    const customer = current();
    const isOn = element.getAttribute("aria-pressed") !== "true";
    await turn(isOn, customer);
    const own = keyFor(key, needs, customer);
    if (!isOn) switchedOn.delete(own);
    else if (!read) switchedOn.set(own, { status, turnOff: () => turn(false, customer) });
    changed();
  });
  const element = entry.firstElementChild;
  element.dataset.switch = key;
  return entry;
}

// A switch for one customer or Page has their id in its key.
const keyFor = (key, needs, current) => (needs ? `${key} ${current?.[needs]}` : key);

function item(name, means, onclick) {
  return el("li", {}, button("", onclick, {}, el("strong", {}, name), el("small", {}, means)));
}
