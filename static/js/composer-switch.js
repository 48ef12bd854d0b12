// The switch below the thread between a reply to the customer and a note for colleagues. It begins with the note if there
// is an unfinished one: a reply written as a note does no harm, a note sent as a reply would.

import { IS_AT_A_DESK } from "./enter-key.js";

const ARROWS = ["ArrowLeft", "ArrowRight"];

class ComposerSwitch extends HTMLElement {
  connectedCallback() {
    this.tabs = [...this.querySelectorAll("[role=tab]")];
    for (const tab of this.tabs) tab.onclick = () => this.write(tab);
    this.querySelector("[role=tablist]").addEventListener("keydown", this.move);
    this.addEventListener("note-kept", () => this.write(this.tabs[1]));
    this.closest(".conversation").addEventListener("drop", this.drop);
    document.addEventListener("keydown", this.press);
    this.choose(this.chosen);
  }

  disconnectedCallback() {
    document.removeEventListener("keydown", this.press);
  }

  get chosen() {
    return this.tabs.find((tab) => tab.ariaSelected === "true");
  }

  get other() {
    return this.tabs.find((tab) => tab !== this.chosen);
  }

  choose(chosen) {
    for (const tab of this.tabs) {
      tab.ariaSelected = tab === chosen;
      tab.tabIndex = tab === chosen ? 0 : -1;
      this.panelOf(tab).hidden = tab !== chosen;
    }
  }

  write(tab) {
    this.choose(tab);
    const field = this.panelOf(tab).querySelector("textarea");
    if (IS_AT_A_DESK.matches && field.checkVisibility()) field.focus();
  }

  panelOf(tab) {
    return document.getElementById(tab.getAttribute("aria-controls"));
  }

  move = (event) => {
    if (!ARROWS.includes(event.key)) return;
    event.preventDefault();
    this.choose(this.other);
    this.chosen.focus();
  };

  // Compare the place of the key: with Alt, a Mac types another letter.
  press = (event) => {
    if (event.code !== "KeyN" || !event.altKey || !event.shiftKey || event.ctrlKey || event.metaKey) return;
    if (document.querySelector("dialog[open]")) return;
    event.preventDefault();
    this.write(this.other);
  };

  // Files are for the customer: a note has none.
  drop = ({ dataTransfer }) => dataTransfer.files.length && this.choose(this.tabs[0]);
}

customElements.define("composer-switch", ComposerSwitch);
