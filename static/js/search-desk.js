// The search above the queue. Its results take the queue's place until Escape; a result opens the thread at that message.

import { toPane } from "./focus.js";
import { jump } from "./message-jump.js";

const ENTRY = /^#(message|note)-\d+$/;
const TYPED_IN = "input, textarea, select, [contenteditable]";

class SearchDesk extends HTMLElement {
  connectedCallback() {
    this.form = this.querySelector("form");
    this.field = this.querySelector("[type=search]");
    this.results = document.getElementById("search-results");
    document.addEventListener("keydown", this.press);
    document.addEventListener("htmx:after:swap", this.swapped);
    this.field.addEventListener("focus", this.open);
    this.results.addEventListener("click", this.choose, true);
    jumpTo(location.hash);
  }

  disconnectedCallback() {
    document.removeEventListener("keydown", this.press);
    document.removeEventListener("htmx:after:swap", this.swapped);
  }

  press = (event) => {
    const { key, target } = event;
    const isHere = this.contains(target) || this.results.contains(target);
    if (isHere && key === "Escape") this.close();
    else if (isHere && key === "ArrowDown") this.walk(target, 1);
    else if (isHere && key === "ArrowUp") this.walk(target, -1);
    else if (this.isCalled(event)) this.field.select();
    else return;
    event.preventDefault();
  };

  // A second Ctrl-F is for the browser.
  isCalled({ key, target, ctrlKey, metaKey, altKey }) {
    if (document.querySelector("dialog[open]") || altKey || !this.field.checkVisibility()) return false;
    if (ctrlKey || metaKey) return key === "f" && target !== this.field;
    return key === "/" && !target.closest(TYPED_IN);
  }

  open = () => {
    this.results.hidden = false;
    if (!this.results.childElementCount) this.form.requestSubmit();
  };

  close() {
    this.field.value = "";
    this.results.replaceChildren();
    this.results.hidden = true;
    this.field.blur();
    toPane();
  }

  walk(from, step) {
    const places = [this.field, ...this.results.querySelectorAll("a, button")];
    places.at((places.indexOf(from) + step) % places.length).focus();
  }

  choose = (event) => {
    const operator = event.target.closest(".search-operator");
    if (operator) this.insert(operator.dataset.insert);
    const hit = event.target.closest("a[href*='/conversations/']");
    for (const other of hit ? this.results.querySelectorAll("[aria-current]") : []) other.removeAttribute("aria-current");
    hit?.setAttribute("aria-current", "true");
    if (!hit?.hash || hit.pathname !== location.pathname || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    event.stopPropagation(); // it is open: htmx would read it again
    jumpTo(hit.hash);
  };

  insert(text) {
    this.field.value = `${this.field.value.trimEnd()} ${text}`.trimStart();
    this.field.focus();
  }

  swapped = ({ detail: { ctx } }) => {
    if (this.results.contains(ctx.sourceElement)) jumpTo(ctx.sourceElement.hash ?? "");
  };
}

function jumpTo(hash) {
  const list = document.querySelector("message-list");
  if (list && ENTRY.test(hash)) jump(list, hash.slice(1));
}

customElements.define("search-desk", SearchDesk);
