// Above the desk: conversations other than the open one in which something has not reached the console. Their rows say so
// too, but may be out of sight.

import { stuckOutboxes } from "./outboxes.js";

class UnsentElsewhere extends HTMLElement {
  connectedCallback() {
    document.addEventListener("outbox-changed", this.show);
    document.addEventListener("htmx:after:swap", this.show);
    this.show();
  }

  disconnectedCallback() {
    document.removeEventListener("outbox-changed", this.show);
    document.removeEventListener("htmx:after:swap", this.show);
  }

  show = () => {
    const open = document.querySelector("message-composer")?.dataset.conversation;
    const stuck = stuckOutboxes().filter(({ conversation }) => conversation !== open);
    const now = stuck.map(({ conversation }) => conversation).join();
    if (now === this.shown) return;
    this.shown = now;
    this.replaceChildren(...stuck.map((outbox) => this.line(outbox)));
    htmx.process(this);
  };

  line({ url, name }) {
    const line = this.parentElement.querySelector("template").content.firstElementChild.cloneNode(true);
    const link = line.querySelector("a");
    link.href = new URL("..", new URL(url, location)).pathname;
    link.setAttribute("hx-get", link.href);
    link.querySelector("bdi").textContent = name;
    return line;
  }
}

customElements.define("unsent-elsewhere", UnsentElsewhere);
