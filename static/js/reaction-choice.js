// The reactions to one message of the customer's. Choosing the present one removes it.

import { isOurs, post } from "./csrf.js";
import { arrow } from "./language.js";

const EDGE = 8; // px that stay free at the edge of the window
const ARROWS = { ArrowRight: 1, ArrowLeft: -1 };

class ReactionChoice extends HTMLElement {
  connectedCallback() {
    this.choice = this.querySelector(".reaction-choice");
    this.buttons = [...this.choice.children];
    this.pane = this.closest(".conversation");
    this.pane.addEventListener("click", this.open);
    this.choice.addEventListener("click", this.choose);
    this.choice.addEventListener("keydown", this.move);
  }

  disconnectedCallback() {
    this.pane.removeEventListener("click", this.open);
  }

  open = ({ target }) => {
    const opener = target.closest("[data-react-to]");
    if (!opener) return;
    this.message = opener.dataset.reactTo;
    for (const button of this.buttons) this.label(button, button.value === opener.dataset.reaction);
    this.choice.showPopover({ source: opener });
    this.stand(opener.getBoundingClientRect());
    this.buttons[0].focus();
  };

  label(button, isOurs) {
    button.ariaPressed = isOurs;
    button.title = button.ariaLabel = isOurs ? this.dataset.takeBack.replace("#", button.value) : button.dataset.name;
  }

  // Place the menu above the opener, or below it if there is no room.
  stand({ top, bottom, left }) {
    const { offsetWidth: width, offsetHeight: height, style } = this.choice;
    style.left = `${Math.max(EDGE, Math.min(left - width / 2, innerWidth - width - EDGE))}px`;
    style.top = `${top - height > EDGE ? top - height : bottom}px`;
  }

  move = ({ key }) => {
    const { length } = this.buttons;
    const next = this.buttons.indexOf(document.activeElement) + ARROWS[arrow(key)];
    this.buttons[(next + length) % length]?.focus();
  };

  choose = async ({ target }) => {
    const button = target.closest("button");
    if (!button) return;
    this.choice.hidePopover();
    const { react, unreact } = this.dataset;
    const url = (button.ariaPressed === "true" ? unreact : react).replace("/0/", `/${this.message}/`);
    const response = await post(url, { emoji: button.value }).catch(() => null);
    if (!response?.ok) this.pane.querySelector("message-composer").complain(await this.problemIn(response));
  };

  async problemIn(response) {
    return response?.status === 409 && isOurs(response) ? response.text() : this.dataset.unanswered;
  }
}

customElements.define("reaction-choice", ReactionChoice);
