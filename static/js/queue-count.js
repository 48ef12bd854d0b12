// How many messages are unread, in the tab's title.

class QueueCount extends HTMLElement {
  static observedAttributes = ["data-unread"];

  attributeChangedCallback() {
    const title = document.title.replace(/^\(\d+\) /, "");
    document.title = Number(this.dataset.unread) ? `(${this.dataset.unread}) ${title}` : title;
  }
}

customElements.define("queue-count", QueueCount);
