// The page while the console cannot be reached: shows what the agent who was logged in here last still has to send, and
// loads again once the console answers. The desk then sends it.

import { entriesOf } from "./outbox-store.js";

const LOOK_EVERY = 5_000; // ms

class OfflinePage extends HTMLElement {
  connectedCallback() {
    this.querySelector("button").addEventListener("click", () => location.reload());
    addEventListener("online", this.look);
    this.looking = setInterval(this.look, LOOK_EVERY);
    this.show();
  }

  disconnectedCallback() {
    removeEventListener("online", this.look);
    clearInterval(this.looking);
  }

  look = async () => {
    const response = await fetch("/livez", { cache: "no-store" }).catch(() => null);
    if (response?.ok) location.reload();
  };

  async show() {
    const agent = localStorage.getItem("agent");
    const entries = agent ? await entriesOf(agent) : [];
    this.querySelector("ul").replaceChildren(...entries.map(this.line));
    this.querySelector("section").hidden = !entries.length;
  }

  line = ({ customer, text, words, fileName }) => {
    const line = this.querySelector("template").content.cloneNode(true);
    line.querySelector("strong").textContent = customer;
    line.querySelector("p").textContent = text || words || fileName || "";
    return line;
  };
}

customElements.define("offline-page", OfflinePage);
