// The faces of colleagues who look at conversations, for the rows of the queue and the open conversation. They come with
// the queue, and for each conversation by the live stream as they change. The agent's own face is left out.

import { agent } from "./csrf.js";

class ColleagueFaces extends HTMLElement {
  connectedCallback() {
    this.changes = new Map(); // by conversation
    document.body.addEventListener("live-faces", this.receive);
    document.addEventListener("htmx:after:swap", this.swapped);
  }

  disconnectedCallback() {
    document.body.removeEventListener("live-faces", this.receive);
    document.removeEventListener("htmx:after:swap", this.swapped);
  }

  receive = ({ detail: { words: [conversation, at], html } }) => {
    this.changes.set(conversation, { at, html });
    this.put(conversation, html);
    this.announce();
  };

  // Changes that came before an answer are put in again if they were read after it.
  swapped = ({ detail }) => {
    if (!detail.ctx.sourceElement.closest("#queue")) return;
    const readAt = Number(this.querySelector("[data-at]").dataset.at);
    for (const [conversation, { at, html }] of this.changes)
      if (at > readAt) this.put(conversation, html);
      else this.changes.delete(conversation);
    this.announce();
  };

  put(conversation, html) {
    this.querySelector(`[data-conversation="${conversation}"]`)?.remove();
    this.insertAdjacentHTML("beforeend", html);
    for (const own of this.querySelectorAll(`[data-agent="${agent}"]`)) own.remove();
  }

  announce() {
    document.dispatchEvent(new CustomEvent("faces-changed"));
  }
}

export const facesOf = (conversation) => [...document.querySelectorAll(`#faces [data-conversation="${conversation}"] [data-agent]`)];

customElements.define("colleague-faces", ColleagueFaces);
