// The mark in a row of the queue for a draft of this agent in that conversation.

class DraftMark extends HTMLElement {
  static get observedAttributes() {
    return ["data-conversation"];
  }

  connectedCallback() {
    document.addEventListener("drafts-changed", this.show);
    this.show();
  }

  disconnectedCallback() {
    document.removeEventListener("drafts-changed", this.show);
  }

  attributeChangedCallback() {
    this.show();
  }

  show = () => {
    const draft = document.querySelector(`#drafts [data-conversation="${this.dataset.conversation}"]`);
    this.textContent = draft ? `${this.dataset.label} ${draft.textContent}` : "";
  };
}

customElements.define("draft-mark", DraftMark);
