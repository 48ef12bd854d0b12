// The button that opens the panel of emoji. The panel and its list are loaded when it is first opened.

import { forEmoji } from "./on-demand.js";

class EmojiPicker extends HTMLElement {
  connectedCallback() {
    this.querySelector("button").onclick = this.open;
  }

  open = async () => {
    try {
      this.panel ??= await (await forEmoji()).load(this);
      this.panel.open();
    } catch {
      this.closest("message-composer").complain(this.dataset.failed);
    }
  };
}

customElements.define("emoji-picker", EmojiPicker);
