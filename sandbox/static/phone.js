// The customer's phone: who holds it, what they see and do.

import * as api from "./api.js";
import { listenForWords, startAnew, startEditing } from "./composer.js";
import { $ } from "./dom.js";
import { offerMischief, showMischief } from "./mischief.js";
import { askName, listenForNewcomers, showPeople } from "./people.js";
import { Thread } from "./thread.js";

const LOOK_EVERY_MS = 700;
const LOOK_WHEN_HIDDEN_MS = 3000;
const WORLD_EVERY_MS = 2000;
const LOST = "The sandbox does not answer.";

let world;
let current; // who holds the phone: {psid, name, page_id}, null for nobody, undefined before we know
let wanted = new URLSearchParams(location.search).get("psid");
let seenText = ""; // the thread as last answered

const thread = new Thread($("thread"), { react, tap, reply, edit: startEditing });
const me = () => api.customer(current.psid);

async function look() {
  try {
    if (current) await showThread();
  } catch {
    await showWorld().catch(() => {}); // after a reset we may be nobody
  }
  setTimeout(look, document.hidden ? LOOK_WHEN_HIDDEN_MS : LOOK_EVERY_MS);
}

async function showThread() {
  const psid = current.psid;
  const text = await me().threadText();
  if (psid !== current?.psid) return;
  const seen = api.parseThread(text);
  if (text !== seenText) {
    thread.show(seen, page());
    showBlocked(seen.blocked);
    seenText = text;
  }
  const isUnread = seen.messages.some((message) => message.from === "page" && !message.read);
  if (isUnread && $("reads").checked && !document.hidden) await me().read();
}

async function lookAtWorld() {
  try {
    await showWorld();
    if ($("trouble").textContent === LOST) showTrouble("");
  } catch {
    showTrouble(LOST);
  }
  setTimeout(lookAtWorld, WORLD_EVERY_MS);
}

async function showWorld() {
  let customers;
  [world, customers] = await Promise.all([api.world(), api.customers()]);
  showMischief(world);
  showClock();
  const next = customers.find(({ psid }) => psid === wanted) ?? customers.at(-1) ?? null;
  if (current === undefined || next?.psid !== current?.psid) hold(next);
  showPeople(customers, current, world.pages, choose);
}

// Hand the phone to somebody, or to nobody.
function hold(customer) {
  current = customer;
  wanted = customer?.psid;
  seenText = "";
  thread.clear();
  startAnew();
  showBlocked(false);
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

function showBlocked(isBlocked) {
  $("blocked").hidden = !isBlocked;
  $("composer").hidden = isBlocked || !current;
  $("blocks").checked = isBlocked;
  $("blocks").disabled = !current;
}

// Facebook's clock, which may be ahead of ours.
function showClock() {
  const now = new Date(Date.now() + world.ahead_s * 1000);
  $("clock").textContent = now.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
  $("date").textContent = now.toLocaleDateString([], { weekday: "short", day: "numeric", month: "short" });
}

// What the customer does; followed by a look, so that it is seen at once.
async function act(doing) {
  try {
    await doing;
    await showThread();
    showTrouble("");
  } catch (error) {
    showTrouble(error.status ? error.message : LOST);
  }
}

function showTrouble(sentence) {
  $("trouble").textContent = sentence;
  $("trouble").hidden = !sentence;
}

function say(said) {
  thread.wasAtEnd = true;
  act(me().say(said));
}

function send(text, mid) {
  if (mid) act(me().edit(mid, text));
  else say({ text });
}

function react(message, emoji) {
  act(me().react(message.mid, emoji));
}

function tap(postback) {
  say({ postback });
}

function reply({ title, payload }) {
  say({ quick_reply: { title, payload: payload || title } });
}

function sendPicture() {
  say({ attachment: { type: "image", url: api.SAMPLE } });
}

// The panel is always there on a wide screen, and a sheet on a narrow one.
function showPanel(isShown) {
  document.body.classList.toggle("panel-open", isShown);
  $("open-panel").setAttribute("aria-expanded", String(isShown));
  if (isShown) $("close-panel").focus();
}

listenForWords(send, sendPicture);
listenForNewcomers(async (psid) => {
  await choose(psid);
  $("words").focus();
});
offerMischief(showWorld);
$("first-customer").onclick = () => {
  showPanel(true);
  askName(true);
};
$("open-panel").onclick = () => showPanel(true);
$("close-panel").onclick = () => showPanel(false);
$("blocks").onchange = (event) => act(me().block(event.target.checked));
$("unblock").onclick = () => act(me().block(false));
$("reads").onchange = () => current && showThread();
document.addEventListener("keydown", (event) => event.key === "Escape" && showPanel(false));
document.addEventListener("visibilitychange", () => !document.hidden && current && showThread());

lookAtWorld().then(look);
