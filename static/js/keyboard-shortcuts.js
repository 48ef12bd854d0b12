// Single keys for the desk, while nobody writes in a field. An element that a key presses names it in aria-keyshortcuts;
// the other keys are here.

const TYPED_IN = "input, textarea, select, [contenteditable]";
const SECTIONS = { m: "mine", n: "mentions", w: "waiting", o: "others", z: "snoozed", s: "scheduled", b: "bot", c: "closed" };
const GO_WITHIN = 1_500; // ms from g to the letter of a section

class KeyboardShortcuts extends HTMLElement {
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
    if (key === "g") this.wentAt = timeStamp;
    if (key === "j" || key === "k") return moveBy(key === "j" ? 1 : -1);
    return !repeat && press(key);
  }
}

// Press the last of several elements, such as the latest of several Undos. It gets the focus, as by a click.
function press(key) {
  const known = [...document.querySelectorAll(`[aria-keyshortcuts~="${CSS.escape(key)}"]`)];
  const element = known.findLast(canBePressed);
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
  const at = rows.indexOf(document.activeElement.closest(".row"));
  const from = at < 0 ? rows.findIndex((row) => row.ariaCurrent) : at;
  const row = rows[Math.min(Math.max(from + step, 0), rows.length - 1)];
  row?.focus();
  return row;
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
