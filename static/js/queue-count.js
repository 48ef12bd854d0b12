// The number of unread messages ("25+" where not all rows are shown), in the tab's title, which htmx sets anew with every conversation.

class QueueCount extends HTMLElement {
  static get observedAttributes() {
    return ["data-unread"];
  }

  connectedCallback() {
    document.addEventListener("htmx:after:swap", this.show);
    this.show();
  }

  disconnectedCallback() {
    document.removeEventListener("htmx:after:swap", this.show);
  }

  attributeChangedCallback() {
    this.show();
  }

  show = () => {
    const title = document.title.replace(/^\(\d+\+?\) /, "");
    document.title = parseInt(this.dataset.unread) ? `(${this.dataset.unread}) ${title}` : title;
  };
}

customElements.define("queue-count", QueueCount);
