// The faces of colleagues who look at a conversation, in its row and in its header.

import { facesOf } from "./colleague-faces.js";

class FaceMarks extends HTMLElement {
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
    const html = facesOf(this.dataset.conversation).map((face) => face.outerHTML).join("");
    if (this.innerHTML !== html) this.innerHTML = html;
  };
}

customElements.define("face-marks", FaceMarks);
