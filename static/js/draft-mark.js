// The mark in a row of the queue for a draft of this agent in that conversation.

import { shownOn } from "./shown-on.js";

class DraftMark extends shownOn("drafts-changed") {
  show() {
    const draft = document.querySelector(`#drafts [data-conversation="${this.dataset.conversation}"]`);
    this.textContent = draft ? `${this.dataset.label} ${draft.textContent}` : "";
  }
}

customElements.define("draft-mark", DraftMark);
