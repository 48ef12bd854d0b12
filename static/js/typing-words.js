// The words “Ben is typing…” in a conversation's row and above its composer.

import { facesOf } from "./colleague-faces.js";

class TypingWords extends HTMLElement {
  static get observedAttributes() {
    return ["data-conversation"];
  }

  connectedCallback() {
    document.addEventListener("faces-changed", this.show);
    this.show();
  }

  disconnectedCallback() {
    document.removeEventListener("faces-changed", this.show);
  }

  attributeChangedCallback() {
    this.show();
  }

  show = () => {
    const typing = facesOf(this.dataset.conversation).filter((face) => face.matches(".is-typing"));
    this.textContent = typing.map(({ title }) => title).join(" ");
  };
}

customElements.define("typing-words", TypingWords);
