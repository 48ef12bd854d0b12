// A picture of the thread or of the panel, large. The arrow keys show its other pictures, Escape closes it.

import { arrow } from "./language.js";

const CHANGES = ["thread-changed", "htmx:after:swap"];
const STEPS = { ArrowLeft: -1, ArrowRight: 1, previous: -1, next: 1 };

class PictureViewer extends HTMLElement {
  connectedCallback() {
    this.dialog = this.querySelector("dialog");
    this.picture = this.querySelector("img");
    this.pane = this.closest(".conversation").parentElement;
    this.pane.addEventListener("click", this.open);
    this.addEventListener("click", this.act);
    this.addEventListener("keydown", this.step);
    this.dialog.addEventListener("close", this.closed);
    for (const name of CHANGES) document.addEventListener(name, this.look);
  }

  disconnectedCallback() {
    this.pane.removeEventListener("click", this.open);
    for (const name of CHANGES) document.removeEventListener(name, this.look);
  }

  open = (event) => {
    const link = event.target.closest(".pictures-link");
    if (!link || event.metaKey || event.ctrlKey || event.shiftKey) return;
    event.preventDefault();
    this.list = link.closest("message-list, customer-panel");
    this.show(link);
    this.dialog.showModal();
  };

  get links() {
    return [...this.list.querySelectorAll(".pictures-link")];
  }

  show(link) {
    this.link = link;
    const { links } = this;
    if (this.picture.src !== link.href) this.picture.src = link.href;
    this.picture.alt = link.querySelector("img").alt;
    const save = this.querySelector("[data-verb=save]");
    save.href = link.href;
    save.download = link.dataset.name;
    const number = (this.number = links.indexOf(link));
    this.querySelector("[role=status]").textContent = this.dataset.of.replace("#", number + 1).replace("#", links.length);
    this.querySelector("[data-verb=previous]").disabled = number <= 0;
    this.querySelector("[data-verb=next]").disabled = number >= links.length - 1;
    if (!this.contains(document.activeElement)) this.dialog.focus(); // its button has just gone
  }

  act = ({ target }) => {
    const verb = target.closest("[data-verb]")?.dataset.verb;
    if (verb === "close" || target === this.dialog) this.dialog.close();
    else this.go(STEPS[verb]);
  };

  step = ({ key }) => this.go(STEPS[arrow(key)]);

  go(step) {
    const { links } = this;
    const link = links[links.indexOf(this.link) + step];
    if (link) this.show(link);
  }

  // The element with the picture may have been rendered anew. An unsent picture is gone: the next one takes its place.
  look = () => {
    if (!this.dialog.open) return;
    const { links } = this;
    const link = links.find(({ href }) => href === this.link.href) ?? links[Math.min(this.number, links.length - 1)];
    if (link) this.show(link);
    else this.dialog.close();
  };

  closed = () => {
    this.picture.src = "data:,";
    this.link.focus();
  };
}

customElements.define("picture-viewer", PictureViewer);
