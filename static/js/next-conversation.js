// Open the conversation in which the agent goes on after letting go of another. On a phone this may be the list.

import { toPane } from "./focus.js";

const IS_WIDE = matchMedia("(width >= 48rem)"); // as in desk.css

class NextConversation extends HTMLElement {
  connectedCallback() {
    setTimeout(() => this.open()); // once all of the answer is in the page
  }

  async open() {
    const { url, urlAtDesk } = this.dataset;
    this.remove();
    await htmx.ajax("GET", IS_WIDE.matches ? urlAtDesk : url, { target: "#pane", swap: "innerHTML show:none", push: "true" });
    toPane();
  }
}

customElements.define("next-conversation", NextConversation);
