// The number of unread messages ("25+" where not all rows are shown), in the tab's title, which htmx sets anew with every conversation.

import { shownOn } from "./shown-on.js";

class QueueCount extends shownOn("htmx:after:swap", "data-unread") {
  show() {
    const title = document.title.replace(/^\(\d+\+?\) /, "");
    document.title = parseInt(this.dataset.unread) ? `(${this.dataset.unread}) ${title}` : title;
  }
}

customElements.define("queue-count", QueueCount);
