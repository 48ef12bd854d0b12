// At a desk Enter sends what was written, and Shift+Enter breaks the line. On a phone Enter breaks the line.

const COMPOSING = 229; // the key code while an input method composes; Safari has ended the composition by its last Enter

export const IS_AT_A_DESK = matchMedia("(pointer: fine)"); // elsewhere a keyboard would jump up

const isEnter = ({ key, shiftKey, isComposing, keyCode }) =>
  key === "Enter" && !shiftKey && IS_AT_A_DESK.matches && !isComposing && keyCode !== COMPOSING;

export function submitOnEnter(event) {
  if (!isEnter(event) || event.defaultPrevented) return;
  event.preventDefault();
  event.target.form.requestSubmit();
}
