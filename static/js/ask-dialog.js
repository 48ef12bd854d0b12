// A verb that asks something first: its form comes into #ask, and goes from there once it is done.

import { tell } from "./seen.js";

class AskDialog extends HTMLElement {
  connectedCallback() {
    this.dialog = this.querySelector("dialog");
    this.ask = this.querySelector("#ask");
    this.dialog.addEventListener("close", this.closed);
    this.addEventListener("click", this.cancel);
    this.changes = new MutationObserver(this.changed);
    this.changes.observe(this.ask, { childList: true });
  }

  disconnectedCallback() {
    this.changes.disconnect();
  }

  changed = () => {
    if (!this.ask.firstElementChild) this.dialog.close();
    else if (!this.dialog.open) {
      tell(this.ask.querySelector("[name=seen]"));
      this.dialog.showModal();
    }
  };

  cancel = (event) => {
    if (!event.target.closest(".cancel")) return;
    event.preventDefault();
    this.dialog.close();
  };

  // The browser gives the focus back to what had it, if that is still there to be seen.
  closed = () => {
    this.ask.replaceChildren();
    const { activeElement } = document;
    if (activeElement === document.body || !activeElement.checkVisibility())
      this.closest(".conversation").querySelector("h1").focus();
  };
}

customElements.define("ask-dialog", AskDialog);
