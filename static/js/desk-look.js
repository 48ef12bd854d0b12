// Reports to the console that this desk looks at the open conversation, and whether its agent types there. Announces to a
// screen reader the colleagues who look, each once, because they come and go.

import { facesOf } from "./colleague-faces.js";
import { agent, post } from "./csrf.js";
import { desk } from "./desk.js";

const LOOK_ON_EVERY = 4_000; // ms; after ten seconds without a word, the console forgets the desk
const TYPING_FOR = 5_000; // ms after a key

class DeskLook extends HTMLElement {
  connectedCallback() {
    this.said = new Set();
    this.conversation = this.closest(".conversation");
    this.conversation.addEventListener("input", this.typed);
    this.conversation.addEventListener("submit", this.stopTyping, true);
    document.addEventListener("faces-changed", this.say);
    document.addEventListener("visibilitychange", this.lookOn);
    for (const [name, listener] of this.ofWindow) addEventListener(name, listener);
    this.looking = setInterval(this.lookOn, LOOK_ON_EVERY);
    this.look();
    this.say();
  }

  disconnectedCallback() {
    document.removeEventListener("faces-changed", this.say);
    document.removeEventListener("visibilitychange", this.lookOn);
    for (const [name, listener] of this.ofWindow) removeEventListener(name, listener);
    clearInterval(this.looking);
    clearTimeout(this.idle);
    this.begun?.then(this.lookAway);
  }

  get isLooking() {
    return !document.hidden && document.hasFocus();
  }

  get fields() {
    return { look: `${this.dataset.conversation}-${agent}-${desk}`, typing: Number(this.isTyping ?? 0) };
  }

  // Nobody is notified when these fail: they are a courtesy to colleagues.
  look() {
    if (this.isLooking) this.begun = post(this.dataset.url, { desk }).catch(() => null);
  }

  lookOn = async () => {
    if (!this.isLooking) return;
    const response = await post(`${this.dataset.live}look-on/`, this.fields).catch(() => null);
    if (response?.status === 404 && this.isConnected) this.look();
  };

  lookAway = () => post(`${this.dataset.live}look-away/`, this.fields).catch(() => null);

  ofWindow = [
    ["focus", this.lookOn],
    ["pageshow", this.lookOn],
    ["pagehide", this.lookAway],
  ];

  typed = ({ target }) => {
    if (!target.matches(".composer-field, .note-composer-field")) return;
    clearTimeout(this.idle);
    this.idle = setTimeout(this.stopTyping, TYPING_FOR);
    if (target.value.trim()) this.startTyping(target);
    else this.stopTyping();
  };

  // The typing dots of a reply report its first key.
  startTyping(field) {
    const isFirst = !this.isTyping;
    this.isTyping = true;
    if (isFirst && !field.matches(".composer-field")) this.lookOn();
  }

  stopTyping = () => {
    const wasTyping = this.isTyping;
    this.isTyping = false;
    if (wasTyping) this.lookOn();
  };

  say = () => {
    for (const { title } of facesOf(this.dataset.conversation)) {
      if (!this.said.has(title)) this.textContent = title;
      this.said.add(title);
    }
  };
}

customElements.define("desk-look", DeskLook);
