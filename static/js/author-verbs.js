// The verbs of a note, or of a reply that goes out later, for its author alone: the console renders it once for all who look.

import { agent } from "./csrf.js";

class AuthorVerbs extends HTMLElement {
  connectedCallback() {
    this.hidden = this.dataset.author !== agent;
  }
}

customElements.define("author-verbs", AuthorVerbs);
