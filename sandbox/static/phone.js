// The customer's phone: the current customer and their thread.

import * as api from "./api.js";
import { offerAutomatic, showAutomatic } from "./automatic_replies.js";
import { listenForMessages, resetComposer } from "./composer.js";
import { customerActions, showConnectionLost } from "./customer_actions.js";
import { $ } from "./dom.js";
import { listenForStart, showFooter } from "./footer.js";
import { listenForMenu } from "./persistent_menu.js";
import { offerFaults, showFaults } from "./faults.js";
import { listenForPanel, showPanel } from "./panel.js";
import { askName, listenForNewCustomers, showCustomers } from "./customers.js";
import { offerConversationRouting, showOwner, showConversationRouting } from "./conversation_routing.js";
import { offerSampleAttachments } from "./sample_attachments.js";
import { closeSheet } from "./sheet.js";
import { Thread } from "./thread.js";

const REFRESH_EVERY_MS = 700;
const REFRESH_WHEN_HIDDEN_MS = 3000;
const WORLD_EVERY_MS = 2000;

let world;
let current; // the current customer: {psid, name, page_id}, null for none, undefined before the first answer
let wanted = new URLSearchParams(location.search).get("psid");
let shownText = ""; // the thread as last shown, unparsed

const actions = customerActions({
  psid: () => current.psid,
  refresh: showThread,
  before: () => (thread.wasAtEnd = true),
  failed: () => {
    thread.restoreTail();
    shownText = "";
  },
});
const thread = new Thread($("thread"), actions);

async function refresh() {
  try {
    if (current) await showThread();
  } catch {
    await showWorld().catch(() => {}); // after a reset the customer may be gone
  }
  setTimeout(refresh, document.hidden ? REFRESH_WHEN_HIDDEN_MS : REFRESH_EVERY_MS);
}

async function showThread() {
  const { psid } = current;
  const text = await api.customer(psid).threadText();
  if (psid !== current?.psid) return;
  const seen = api.parseThread(text);
  if (text !== shownText) {
    thread.show(seen, page(), current);
    showFooter(current, seen);
    $("blocks").checked = seen.blocked;
    showOwner(seen.owner_app_id);
    showVoiceCall(seen.call);
    shownText = text;
  }
  const isUnread = seen.messages.some((message) => message.from === "page" && !message.read);
  if (isUnread && $("marks-read").checked && !document.hidden) await api.customer(psid).read();
}

async function refreshWorld() {
  try {
    await showWorld();
    showConnectionLost(false);
  } catch {
    showConnectionLost(true);
  }
  setTimeout(refreshWorld, WORLD_EVERY_MS);
}

async function showWorld() {
  let customers;
  [world, customers] = await Promise.all([api.world(), api.customers()]);
  const next = customers.find(({ psid }) => psid === wanted) ?? customers.at(-1) ?? null;
  if (current === undefined || next?.psid !== current?.psid) setCurrent(next);
  showCustomers(customers, current, world.pages, choose);
  showFaults(world, current);
  showConversationRouting(world, current);
  showAutomatic(world, current);
  showClock();
}

// Make this customer the current one, or none.
function setCurrent(customer) {
  current = customer;
  wanted = customer?.psid;
  shownText = "";
  thread.clear();
  closeSheet();
  resetComposer();
  showFooter(customer, null);
  $("blocks").disabled = $("ring").disabled = !customer;
  $("page-name").textContent = page().name;
  $("customer-name").textContent = customer ? `as ${customer.name}` : "Sandbox";
  $("page-face").hidden = $("thread").hidden = !customer;
  $("no-customers").hidden = Boolean(customer);
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
  return known ? { name: known.name, face: api.profilePicture(known.id) } : { name: "Messenger", face: "" };
}

// A call rings for a minute. Once accepted it stays silent: there is no audio.
function showVoiceCall(call) {
  $("ring").textContent = !call ? "Call the Page" : call.accepted ? "Hang up (accepted)" : "Hang up (ringing)";
  $("ring").onclick = () => actions.call(!call);
}

// Facebook's clock, which may be ahead of ours.
function showClock() {
  const now = new Date(Date.now() + world.ahead_s * 1000);
  $("clock").textContent = now.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
  $("date").textContent = now.toLocaleDateString([], { weekday: "short", day: "numeric", month: "short" });
}

listenForMessages(actions.send);
offerSampleAttachments(actions.sendContent);
listenForMenu(actions.tap);
listenForStart(actions.tap);
listenForPanel();
listenForNewCustomers(async (psid) => {
  await choose(psid);
  $("message-text").focus();
});
offerFaults(showWorld, () => current);
offerAutomatic(showWorld, () => current);
offerConversationRouting(showWorld, () => current, actions);
$("first-customer").onclick = () => {
  showPanel(true);
  askName(true);
};
$("blocks").onchange = (event) => actions.block(event.target.checked);
$("unblock").onclick = () => actions.block(false);
$("marks-read").onchange = () => current && showThread();
document.addEventListener("visibilitychange", () => !document.hidden && current && showThread());

refreshWorld().then(refresh);
