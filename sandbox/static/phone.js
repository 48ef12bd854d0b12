// The customer's phone: who holds it, and what they see.

import * as api from "./api.js";
import { offerAutomatic, showAutomatic } from "./automatic.js";
import { listenForWords, startAnew } from "./composer.js";
import { doings, showLost } from "./doings.js";
import { $ } from "./dom.js";
import { listenForStart, showFoot } from "./foot.js";
import { listenForMenu } from "./menu.js";
import { offerMischief, showMischief } from "./mischief.js";
import { listenForPanel, showPanel } from "./panel.js";
import { askName, listenForNewcomers, showPeople } from "./people.js";
import { offerRouting, showOwner, showRouting } from "./routing.js";
import { offerSamples } from "./samples.js";
import { closeSheet } from "./sheet.js";
import { Thread } from "./thread.js";

const LOOK_EVERY_MS = 700;
const LOOK_WHEN_HIDDEN_MS = 3000;
const WORLD_EVERY_MS = 2000;

let world;
let current; // who holds the phone: {psid, name, page_id}, null for nobody, undefined before we know
let wanted = new URLSearchParams(location.search).get("psid");
let seenText = ""; // the thread as last answered

const acts = doings({
  psid: () => current.psid,
  look: showThread,
  said: () => (thread.wasAtEnd = true),
  refused: () => {
    thread.restoreTail();
    seenText = "";
  },
});
const thread = new Thread($("thread"), acts);

async function look() {
  try {
    if (current) await showThread();
  } catch {
    await showWorld().catch(() => {}); // after a reset we may be nobody
  }
  setTimeout(look, document.hidden ? LOOK_WHEN_HIDDEN_MS : LOOK_EVERY_MS);
}

async function showThread() {
  const { psid } = current;
  const text = await api.customer(psid).threadText();
  if (psid !== current?.psid) return;
  const seen = api.parseThread(text);
  if (text !== seenText) {
    thread.show(seen, page(), current);
    showFoot(current, seen);
    $("blocks").checked = seen.blocked;
    showOwner(seen.owner_app_id);
    showRing(seen.call);
    seenText = text;
  }
  const isUnread = seen.messages.some((message) => message.from === "page" && !message.read);
  if (isUnread && $("reads").checked && !document.hidden) await api.customer(psid).read();
}

async function lookAtWorld() {
  try {
    await showWorld();
    showLost(false);
  } catch {
    showLost(true);
  }
  setTimeout(lookAtWorld, WORLD_EVERY_MS);
}

async function showWorld() {
  let customers;
  [world, customers] = await Promise.all([api.world(), api.customers()]);
  const next = customers.find(({ psid }) => psid === wanted) ?? customers.at(-1) ?? null;
  if (current === undefined || next?.psid !== current?.psid) hold(next);
  showPeople(customers, current, world.pages, choose);
  showMischief(world, current);
  showRouting(world, current);
  showAutomatic(world, current);
  showClock();
}

// Hand the phone to somebody, or to nobody.
function hold(customer) {
  current = customer;
  wanted = customer?.psid;
  seenText = "";
  thread.clear();
  closeSheet();
  startAnew();
  showFoot(customer, null);
  $("blocks").disabled = $("ring").disabled = !customer;
  $("page-name").textContent = page().name;
  $("customer-name").textContent = customer ? `as ${customer.name}` : "Sandbox";
  $("page-face").hidden = $("thread").hidden = !customer;
  $("nobody").hidden = Boolean(customer);
  if (!customer) return;
  $("page-face").src = page().face;
  document.title = `${customer.name} · Messenger sandbox`;
  history.replaceState(null, "", `?psid=${customer.psid}`);
}

async function choose(psid) {
  wanted = psid;
  showPanel(false);
  await showWorld();
  await showThread();
}

function page() {
  const known = world.pages.find(({ id }) => id === current?.page_id);
  return known ? { name: known.name, face: api.face(known.id) } : { name: "Messenger", face: "" };
}

// A call rings for a minute; who accepts it is nobody one could talk to.
function showRing(call) {
  $("ring").textContent = !call ? "Call the Page" : call.accepted ? "Hang up (accepted)" : "Hang up (ringing)";
  $("ring").onclick = () => acts.ring(!call);
}

// Facebook's clock, which may be ahead of ours.
function showClock() {
  const now = new Date(Date.now() + world.ahead_s * 1000);
  $("clock").textContent = now.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
  $("date").textContent = now.toLocaleDateString([], { weekday: "short", day: "numeric", month: "short" });
}

listenForWords(acts.send);
offerSamples(acts.say);
listenForMenu(acts.tap);
listenForStart(acts.tap);
listenForPanel();
listenForNewcomers(async (psid) => {
  await choose(psid);
  $("words").focus();
});
offerMischief(showWorld, () => current);
offerAutomatic(showWorld, () => current);
offerRouting(showWorld, () => current, acts);
$("first-customer").onclick = () => {
  showPanel(true);
  askName(true);
};
$("blocks").onchange = (event) => acts.block(event.target.checked);
$("unblock").onclick = () => acts.block(false);
$("reads").onchange = () => current && showThread();
document.addEventListener("visibilitychange", () => !document.hidden && current && showThread());

lookAtWorld().then(look);
