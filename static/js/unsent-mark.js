// In a conversation's row of the queue: whether what this agent said there has not reached the console.

import { stuckOutboxes } from "./outboxes.js";

class UnsentMark extends HTMLElement {
  static observedAttributes = ["data-conversation"];

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
    const text = outbox?.isRefused ? this.dataset.refused : this.dataset.text;
    this.textContent = outbox ? text : "";
  };
}

customElements.define("unsent-mark", UnsentMark);
