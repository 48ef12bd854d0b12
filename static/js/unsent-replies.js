// The notice above the desk of replies that have not left this computer. The rows of the queue show them too, but may be
// out of sight.

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
    const now = stuck.map((outbox) => `${outbox.conversation}: ${outbox.entries.length} ${isGone(outbox)}`).join();
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
    const [link, remove] = line.querySelectorAll("a, button");
    line.append(...stuck.flatMap((outbox) => [" ", isGone(outbox) ? this.remove(remove, outbox) : this.link(link, outbox)]));
    link.remove();
    remove.remove();
    return line;
  }

  link(template, { entries: [{ url, customer }] }) {
    const link = template.cloneNode(true);
    link.href = new URL("..", new URL(url, location)).pathname;
    link.setAttribute("hx-get", link.href);
    link.textContent = customer;
    return link;
  }

  remove(template, outbox) {
    const button = template.cloneNode(true);
    button.append(` ${outbox.entries[0].customer}`);
    button.onclick = () => outbox.removeAll();
    return button;
  }
}

// The agent may no longer see the conversation, so it cannot be opened to look at them.
const isGone = ({ entries }) => entries.every((entry) => entry.isGone);

customElements.define("unsent-replies", UnsentReplies);
