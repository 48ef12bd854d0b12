// The base of an element that calls its method `show` again with each event of this name, and each change of its attribute.

export const shownOn = (event, attribute = "data-conversation") =>
  class extends HTMLElement {
    static get observedAttributes() {
      return [attribute];
    }

    connectedCallback() {
      document.addEventListener(event, this.changed);
      this.show();
    }

    disconnectedCallback() {
      document.removeEventListener(event, this.changed);
    }

    attributeChangedCallback() {
      this.show();
    }

    changed = () => this.show();
  };
