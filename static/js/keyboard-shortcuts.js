// Single keys for the desk, while nobody writes in a field. An element that a key presses names it in aria-keyshortcuts; this
// element names the other ones. Agents choose them.

import { forBulkActions, forLongSections } from "./on-demand.js";

const TYPED_IN = "input:not([type=checkbox]), textarea, select, [contenteditable]";
const SECTIONS = { m: "mine", n: "mentions", w: "waiting", o: "others", z: "snoozed", s: "scheduled", b: "bot", c: "closed" };
const GO_WITHIN = 1_500; // ms from g to the letter of a section

class KeyboardShortcuts extends HTMLElement {
  // For the commands, which are loaded later: an import from here would split the script of the first view.
  canBePressed = canBePressed;
  goTo = goTo;

  connectedCallback() {
    this.dialog = this.querySelector("dialog");
    this.shown = new MutationObserver(() => this.dialog.open || this.dialog.showModal());
    this.shown.observe(this.dialog, { childList: true });
    if ("on" in this.dataset) document.addEventListener("keydown", this.press);
  }

  disconnectedCallback() {
    this.shown.disconnect();
    document.removeEventListener("keydown", this.press);
  }

  press = (event) => {
    const { key, target, ctrlKey, metaKey, altKey, isComposing } = event;
    if (key === "Escape") return leaveField(event);
    if (ctrlKey || metaKey || altKey || isComposing || key.length > 1) return;
    if (target.closest(TYPED_IN) || document.querySelector("dialog[open]")) return;
    const done = this.isGoing(event) ? goTo(SECTIONS[key] ?? nthView(key)) : this.act(key, event);
    if (done) event.preventDefault();
  };

  isGoing({ timeStamp }) {
    const isGoing = timeStamp - this.wentAt < GO_WITHIN;
    this.wentAt = undefined;
    return isGoing;
  }

  act(key, { timeStamp, repeat }) {
    const { next, previous, select: one, go } = this.dataset;
    if (key === go) this.wentAt = timeStamp;
    if (key === next || key === previous) return moveBy(key === next ? 1 : -1);
    if (repeat) return false;
    return key.toLowerCase() === one ? select(key !== one) : press(key);
  }
}

// Select the row of the queue that has the focus, or all rows from the last one to it.
async function select(isRange) {
  const { activeElement } = document;
  const { rowOf, toggle } = await forBulkActions().catch(() => ({ rowOf: () => null }));
  const row = rowOf(activeElement);
  if (row) toggle(row, isRange);
}

// Escape leaves the field, for single keys, unless something else has used it, such as a list that it closes.
function leaveField({ target, defaultPrevented, isComposing }) {
  if (defaultPrevented || isComposing || !target.matches("#pane textarea") || target.closest("dialog")) return;
  target.closest(".conversation").querySelector("h1").focus();
}

// Press the last of several elements, such as the latest of several Undos. It gets the focus, as by a click. Outside the open
// conversation, a verb is for the conversations that are selected, if there are any.
function press(key) {
  const known = [...document.querySelectorAll(`[aria-keyshortcuts~="${CSS.escape(key)}"]`)].filter(canBePressed);
  const ofSelection = document.activeElement.closest("#pane") ? null : known.find((one) => one.closest("bulk-bar"));
  const element = ofSelection ?? known.findLast((one) => !one.closest("bulk-bar"));
  element?.focus();
  element?.click();
  return element;
}

// An element in a menu can be out of sight. While another conversation opens, nothing is pressed in the old one.
function canBePressed(element) {
  if (element.closest("[inert]")) return false;
  return element.checkVisibility() || element.closest("[popover], keyboard-shortcuts");
}

function moveBy(step) {
  const rows = [...document.querySelectorAll("#queue .row")].filter((row) => row.checkVisibility());
  const at = rows.indexOf(document.activeElement.closest("li")?.querySelector(".row"));
  if (isAtEdge(rows[at], step)) return forLongSections().then((found) => found?.goOn(rows[at], step));
  const from = at < 0 ? rows.findIndex((row) => row.ariaCurrent) : at;
  const row = rows[Math.min(Math.max(from + step, 0), rows.length - 1)];
  row?.focus();
  return row;
}

// Return whether a section goes on beyond this row, with rows that it does not show.
function isAtEdge(row, step) {
  const beside = step > 0 ? row?.closest("li").nextElementSibling : row?.closest("li").previousElementSibling;
  return beside?.querySelector(":scope:is(.queue-more, .queue-earlier) > a[hx-get]")?.checkVisibility();
}

const nthView = (digit) => document.querySelectorAll("[id^=section-view-]")[digit - 1]?.id.replace("section-", "");

function goTo(name) {
  const section = document.getElementById(`section-${name}`);
  if (!section?.checkVisibility()) return false;
  if (section.localName === "details") section.open = true;
  const place = section.querySelector(".row") ?? section.querySelector("summary, h2");
  if (!place.matches("a, summary")) place.tabIndex = -1;
  place.focus();
  return true;
}

customElements.define("keyboard-shortcuts", KeyboardShortcuts);
