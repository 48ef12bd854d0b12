// The drafts of this agent, for the rows of the queue. They come with the queue, and single drafts by the live stream as
// they change.

class OwnDrafts extends HTMLElement {
  connectedCallback() {
    document.body.addEventListener("live-draft", this.receive);
    this.changes = new MutationObserver(() => document.dispatchEvent(new CustomEvent("drafts-changed")));
    this.changes.observe(this, { childList: true, subtree: true, characterData: true });
  }

  disconnectedCallback() {
    document.body.removeEventListener("live-draft", this.receive);
    this.changes.disconnect();
  }

  receive = ({ detail: { words, html } }) => {
    this.querySelector(`[data-conversation="${words[0]}"]`)?.remove();
    this.insertAdjacentHTML("afterbegin", html);
  };
}

customElements.define("own-drafts", OwnDrafts);
