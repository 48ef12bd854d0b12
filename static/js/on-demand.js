// Scripts and styles that the first view does without: each is loaded as it is first called for. What was pressed is busy until
// then, and is pressed again. After a while all of them are loaded, so that they are there when the network is not.

const ALL_AFTER = 5_000; // ms
const BUSY_AT_MOST = 1_000; // ms that a busy page waits for the next script
const IS_MAC = /mac|iphone|ipad/i.test(navigator.platform);

const forCalls = () => import("./agent-calls.js");
export const forDialog = () => styled(() => import("./dialog.js"));
const forVoice = () => styled(() => import("./voice-note.js"));
const forPanel = () => styled(() => import("./customer-panel.js"));
const forHome = () => import("./home-pane.js");
const forUndo = () => styled(() => import("./undo-offer.js"));
export const forBulkActions = () => styled(() => import("./bulk-actions.js"));
export const forSearch = () => styled(() => import("./search-results.js"));
export const forEmoji = () => styled(() => import("./emoji-panel.js"));
export const forLongSections = () => quietly(() => import("./long-sections.js"));
const forCommands = () => styled(() => import("./command-palette.js"));
const PRESSED = [
  ["[data-commands]", "command-palette", forCommands],
  [".pictures-link", "picture-viewer", () => styled(() => import("./picture-viewer.js"))],
  ["[data-react-to]", "reaction-choice", () => styled(() => import("./reaction-choice.js"))],
  [".composer-voice-begin", "voice-note", forVoice],
  [".customer-panel-switch a, a[href*='#custom-field-']", "customer-panel", forPanel],
];
const TYPED = [
  [/(^|\s)\/\S*$/, "canned-replies", () => styled(() => import("./canned-replies.js"))],
  [/(^|[\s(])@[^@\n]*$/, "mention-list", () => styled(() => import("./mention-list.js"))],
];

let styles;

// Load a script after the styles of all of them, without which nothing opens. If they fail, the next call tries again.
function styled(load) {
  return (styles ??= loadStyles()).then(load);
}

function loadStyles() {
  const link = Object.assign(document.createElement("link"), { rel: "stylesheet", href: document.body.dataset.styles });
  document.head.append(link);
  return new Promise((resolve, reject) => {
    link.onload = () => resolve();
    link.onerror = () => reject((styles = null));
  });
}

document.addEventListener("click", (event) => {
  if (event.metaKey || event.ctrlKey || event.shiftKey) return;
  for (const [selector, name, load] of PRESSED) {
    const pressed = event.target.closest(selector);
    if (!pressed || customElements.get(name)) continue;
    event.preventDefault();
    event.stopPropagation();
    press(pressed, load);
  }
}, true);

// Somebody who opens another conversation meanwhile no longer means it.
async function press(pressed, load) {
  if (pressed.ariaBusy) return;
  const composer = document.querySelector("message-composer");
  pressed.ariaBusy = "true";
  composer?.complain("");
  await load().then(() => pressed.isConnected && pressed.click(), () => composer?.complain(composer.dataset.unloaded));
  pressed.ariaBusy = null;
}

// On a Mac, Control-K deletes the end of a line.
document.addEventListener("keydown", (event) => {
  const { key, ctrlKey, metaKey, altKey, shiftKey } = event;
  if (key !== "k" || altKey || shiftKey || !(IS_MAC ? metaKey : ctrlKey)) return;
  event.preventDefault();
  quietly(forCommands).then((found) => found?.openPalette());
});

document.addEventListener("input", ({ target: field }) => {
  for (const [pattern, name, load] of TYPED) {
    const list = field.closest("[role=tabpanel], .dialog-form")?.querySelector(`${name}:not(:defined)`);
    if (list) type(field, pattern, list, load);
  }
});

// The next key tries again.
async function type(field, pattern, list, load) {
  const say = (words) => (list.querySelector("[role=status]").textContent = list.dataset.said = words);
  if (!pattern.test(field.value.slice(0, field.selectionStart))) return say("");
  say(list.dataset.loading);
  await load().then(() => field.click(), () => say(list.dataset.failed));
}

// A form for the dialog comes together with its scripts: verb-state.js shows that it is busy, and whether one of the two failed.
// So does the answer to a verb, which may offer to undo it by a key.
document.addEventListener("htmx:before:request", ({ detail: { ctx } }) => {
  const { target, sourceElement, fetch } = ctx;
  const isForDialog = target?.id === "dialog-form" || sourceElement.ariaHasPopup === "dialog";
  if (!isForDialog && sourceElement.method !== "post") return;
  const load = isForDialog ? forDialog : () => quietly(forUndo);
  ctx.fetch = async (...request) => (await Promise.all([fetch(...request), load()]))[0];
});

document.body.addEventListener("missing-field", async ({ detail }) => {
  if (customElements.get("customer-panel")) return;
  if (await quietly(forPanel)) document.body.dispatchEvent(new CustomEvent("missing-field", { detail }));
});

const quietly = (load) => load().catch(() => null);

// Elements whose scripts are loaded as they come into the page.
function lookForNew() {
  if (document.querySelector("home-pane")) quietly(forHome);
  if (document.querySelector("undo-offer")) quietly(forUndo);
}

// The box that selects a row shows under the pointer.
document.getElementById("queue")?.addEventListener("pointerover", () => quietly(forBulkActions), { once: true });
document.addEventListener("htmx:after:swap", lookForNew);
lookForNew();
if (document.querySelector("#dialog-form > form")) quietly(forDialog);
if (localStorage.getItem("has-recorded")) quietly(forVoice);
if (localStorage.getItem("customer-panel") === "open") quietly(forPanel);

const ready = () => import("./offline-ready.js");
const later = [ready, forCalls, forHome, forDialog, forBulkActions, forSearch, forEmoji, forUndo, forLongSections];
const all = [...later, ...[...PRESSED, ...TYPED].map(([, , load]) => load)];
const loadAllLater = () => setTimeout(loadAll, ALL_AFTER);
const whenIdle = window.requestIdleCallback ?? setTimeout;
const idle = () => new Promise((resolve) => whenIdle(resolve, { timeout: BUSY_AT_MOST }));

// One after another: together they would hold up what the agent types. One that fails holds up none of the others.
async function loadAll() {
  let failed = false;
  for (const load of all) {
    await idle();
    await load().catch(() => (failed = true));
  }
  if (failed) loadAllLater();
}

loadAllLater();
