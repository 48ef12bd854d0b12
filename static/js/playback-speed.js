// The speed of a voice message. The choice is the state of a form field, so the message stays equal to what the server sends.

class PlaybackSpeed extends HTMLElement {
  connectedCallback() {
    this.addEventListener("change", this.choose);
  }

  choose = ({ target }) => (this.querySelector("audio").playbackRate = Number(target.value));
}

customElements.define("playback-speed", PlaybackSpeed);
