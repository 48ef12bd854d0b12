// The panel beside the phone: always there on a wide screen, a page of its own on a narrow one.

import { $ } from "./dom.js";

export function listenForPanel() {
  $("open-panel").onclick = () => showPanel(true);
  $("close-panel").onclick = () => showPanel(false);
  document.addEventListener("keydown", (event) => event.key === "Escape" && showPanel(false));
}

export function showPanel(isShown) {
  const wasShown = document.body.classList.contains("panel-open");
  document.body.classList.toggle("panel-open", isShown);
  $("open-panel").setAttribute("aria-expanded", String(isShown));
  if (isShown) $("close-panel").focus();
  else if (wasShown) $("open-panel").focus();
}
