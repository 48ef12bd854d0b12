// Above the desk: how many replies have not left this computer, and to whom. The rows of the queue say so too, but may be out of
// sight.

import { stuckOutboxes } from "./outboxes.js";

class UnsentReplies extends HTMLElement {
  connectedCallback() {
    document.addEventListener("outbox-changed", this.show);
    this.show();
  }

  disconnectedCallback() {
    document.removeEventListener("outbox-changed", this.show);
  }

  show = () => {
    const stuck = stuckOutboxes();
    const now = stuck.map(({ conversation, entries }) => `${conversation}: ${entries.length}`).join();
    if (now === this.shown) return;
    this.shown = now;
    this.replaceChildren(...(stuck.length ? [this.line(stuck)] : []));
    htmx.process(this);
  };

  line(stuck) {
    const line = this.parentElement.querySelector("template").content.firstElementChild.cloneNode(true);
    const count = stuck.reduce((sum, { entries }) => sum + entries.length, 0);
    const words = count === 1 ? this.dataset.one : this.dataset.many.replace("#", count);
    line.querySelector("span").textContent = words;
    line.append(...stuck.flatMap((outbox) => [" ", this.link(line, outbox)]));
    line.querySelector("a").remove();
    return line;
  }

  link(line, { entries: [{ url, customer }] }) {
    const link = line.querySelector("a").cloneNode(true);
    link.href = new URL("..", new URL(url, location)).pathname;
    link.setAttribute("hx-get", link.href);
    link.textContent = customer;
    return link;
  }
}

customElements.define("unsent-replies", UnsentReplies);
