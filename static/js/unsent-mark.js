// The mark in a conversation's row of the queue for a reply of this agent that has not reached the console.

import { areRefused } from "./outbox-state.js";
import { stuckOutboxes } from "./outboxes.js";
import { shownOn } from "./shown-on.js";

class UnsentMark extends shownOn("outbox-changed") {
  show() {
    const outbox = stuckOutboxes().find(({ conversation }) => conversation === this.dataset.conversation);
    const text = outbox && areRefused(outbox.entries) ? this.dataset.refused : this.dataset.text;
    this.textContent = outbox ? text : "";
  }
}

customElements.define("unsent-mark", UnsentMark);
