// Shows the verbs of a note or a scheduled reply to its author alone: the console renders the entry once for all agents.

import { agent } from "./csrf.js";

class AuthorVerbs extends HTMLElement {
  connectedCallback() {
    this.hidden = this.dataset.author !== agent;
  }
}

customElements.define("author-verbs", AuthorVerbs);
