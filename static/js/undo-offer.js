// An offer to undo what the agent has just done. It goes after some seconds, but stays as long as the pointer or the focus is
// on any offer, nobody looks at this page, or an answer is awaited; and a refusal stays until it is dismissed.

const SHOWN = ".problem, [aria-busy=true]";
const EVENTS = ["pointerover", "pointerout", "focusin", "focusout", "visibilitychange", "htmx:finally:request", "unanswered"];

class UndoOffer extends HTMLElement {
  connectedCallback() {
    this.form = this.querySelector("form");
    this.region = this.closest("[role=status]");
    const time = this.querySelector(".undo-offer-time");
    this.time = time.animate([{ scale: "1 1" }, { scale: "0 1" }], this.dataset.seconds * 1_000);
    this.time.onfinish = () => this.remove();
    for (const name of EVENTS) document.addEventListener(name, this.update);
    document.addEventListener("htmx:after:swap", this.swapped);
    document.addEventListener("keydown", this.press);
    this.addEventListener("click", this.click);
    this.update();
  }

  disconnectedCallback() {
    for (const name of EVENTS) document.removeEventListener(name, this.update);
    document.removeEventListener("htmx:after:swap", this.swapped);
    document.removeEventListener("keydown", this.press);
  }

  // Wait until all other listeners have shown the change.
  update = () => setTimeout(() => (this.isKept ? this.time.pause() : this.time.play()));

  get isKept() {
    return document.hidden || this.region.matches(":hover, :focus-within") || this.querySelector(SHOWN);
  }

  swapped = ({ detail: { ctx } }) => {
    if (ctx.sourceElement === this.form && ctx.response.status < 400) this.remove();
  };

  // Compare the place of the key: with Alt, a Mac types another letter. The last of several offers is meant.
  press = (event) => {
    if (event.code !== "KeyU" || !event.altKey || !event.shiftKey || event.ctrlKey || event.metaKey) return;
    if (this !== this.region.lastElementChild || !this.form?.isConnected) return;
    event.preventDefault();
    this.form.requestSubmit();
  };

  click = ({ target }) => {
    if (target.closest("[data-verb=dismiss], .undo-offer-link")) setTimeout(() => this.remove());
  };
}

customElements.define("undo-offer", UndoOffer);
