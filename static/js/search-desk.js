// The search above the queue: the keys that call it, and its results. The rest is loaded when it is first used.

import { toPane } from "./focus.js";
import { forSearch } from "./on-demand.js";

const ENTRY = /^#(message|note)-\d+$/;
const TYPED_IN = "input, textarea, select, [contenteditable]";

class SearchDesk extends HTMLElement {
  connectedCallback() {
    this.field = this.querySelector("[type=search]");
    this.results = document.getElementById("search-results");
    document.addEventListener("keydown", this.press);
    for (const use of ["click", "input"]) this.field.addEventListener(use, this.open); // who tabs past it goes on to the queue
    for (const part of [this, this.results]) part.addEventListener("keydown", this.leave);
    this.jumpTo(location.hash);
  }

  disconnectedCallback() {
    document.removeEventListener("keydown", this.press);
  }

  press = (event) => {
    if (!this.isCalled(event)) return;
    event.preventDefault();
    this.field.select();
    this.open();
  };

  // A second Ctrl-F opens the search of the browser.
  isCalled({ key, target, ctrlKey, metaKey, altKey }) {
    if (document.querySelector("dialog[open]") || altKey || !this.field.checkVisibility()) return false;
    if (ctrlKey || metaKey) return key === "f" && target !== this.field;
    return this.field.matches(`[aria-keyshortcuts~="${CSS.escape(key)}"]`) && !target.closest(TYPED_IN);
  }

  leave = (event) => {
    if (event.key !== "Escape") return;
    event.preventDefault();
    this.close();
  };

  // The form itself searches for what is typed: a second search would replace results that an agent uses already.
  open = (event) => {
    this.results.hidden = false;
    if (event?.type !== "input" && !this.results.childElementCount) this.querySelector("form").requestSubmit();
    this.keys ??= forSearch().then(({ watchResults }) => watchResults(this), () => (this.keys = null));
  };

  close() {
    this.field.value = "";
    this.results.replaceChildren();
    this.results.hidden = true;
    this.field.blur();
    toPane();
  }

  jumpTo(hash) {
    const list = document.querySelector("message-list");
    if (list && ENTRY.test(hash)) list.jumpTo(hash.slice(1));
  }
}

customElements.define("search-desk", SearchDesk);
