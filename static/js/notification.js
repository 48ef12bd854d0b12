// Shows a notification of the computer for a call. On a device that push messages call as well, the service worker shows it under
// the same tag, so that nobody is called twice by the same words; and on a phone only a service worker can.

import { agent } from "./csrf.js";

export async function notify({ title, words, reason, tag, news, address }) {
  if (window.Notification?.permission !== "granted") return;
  const options = { body: [reason, words].filter(Boolean).join("\n"), tag, data: { agent, address, news } };
  const registration = await navigator.serviceWorker?.getRegistration();
  if (registration?.active) return registration.showNotification(title, options);
  show(title, options);
}

// A phone without a service worker shows none: there the sound has to do.
function show(title, options) {
  try {
    const notification = new Notification(title, options);
    notification.onclick = () => {
      notification.close();
      window.focus();
      document.dispatchEvent(new CustomEvent("open-conversation", { detail: options.data.address }));
    };
  } catch (error) {
    if (error.name !== "TypeError") throw error;
  }
}
