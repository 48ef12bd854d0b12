// Says which conversation stands in front of the agent, from the first moment of a page: they are not called for that one. The
// service worker asks before it shows a notification, and after a click on one; the other tabs hear it with each call.

const tabs = new BroadcastChannel("calls");

export const isInFront = (address) => document.hasFocus() && location.pathname === address;

const ANSWERS = { shows: isInFront, opens: (address) => open(address) ?? true };

navigator.serviceWorker?.addEventListener("message", ({ data, ports: [port] }) => {
  port?.postMessage(ANSWERS[data.question](data.address));
});

document.body.addEventListener("live-call", ({ detail: { words: [news, pk] } }) => {
  if (document.hasFocus()) tabs.postMessage({ id: rowOf(news, pk), isOpen: isInFront(`/conversations/${pk}/`) });
});

export const rowOf = (news, pk) => (news === "mention" ? `row-${pk}-mention` : `row-${pk}`);

export function open(address) {
  const shown = document.querySelector(`.queue a[href="${CSS.escape(address)}"]`);
  shown ? shown.click() : location.assign(address);
}
