// The mark in a conversation's row of the queue for a reply of this agent that has not reached the console.

import { areRefused } from "./outbox-state.js";
import { stuckOutboxes } from "./outboxes.js";

class UnsentMark extends HTMLElement {
  static get observedAttributes() {
    return ["data-conversation"];
  }

  connectedCallback() {
    document.addEventListener("outbox-changed", this.show);
    this.show();
  }

  disconnectedCallback() {
    document.removeEventListener("outbox-changed", this.show);
  }

  attributeChangedCallback() {
    this.show();
  }

  show = () => {
    const outbox = stuckOutboxes().find(({ conversation }) => conversation === this.dataset.conversation);
    const text = outbox && areRefused(outbox.entries) ? this.dataset.refused : this.dataset.text;
    this.textContent = outbox ? text : "";
  };
}

customElements.define("unsent-mark", UnsentMark);
