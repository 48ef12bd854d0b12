// Says which conversation stands in front of the agent, from the first moment of a page: they are not called for that one. The
// service worker asks before it shows a notification, and after a click on one; the other tabs hear it with each call. The script
// of calls finds it in the event: an import from here would split the script of the first view.

const tabs = new BroadcastChannel("calls");

const isInFront = (address) => document.hasFocus() && location.pathname === address;

const ANSWERS = { shows: isInFront, opens: (address) => open(address) ?? true };

navigator.serviceWorker?.addEventListener("message", ({ data, ports: [port] }) => {
  port?.postMessage(ANSWERS[data.question](data.address));
});

document.body.addEventListener("live-call", ({ detail }) => {
  const [news, pk] = detail.words;
  const address = `/conversations/${pk}/`;
  Object.assign(detail, { id: news === "mention" ? `row-${pk}-mention` : `row-${pk}`, address, isInFront: isInFront(address) });
  if (document.hasFocus()) tabs.postMessage({ id: detail.id, isOpen: detail.isInFront });
});

document.addEventListener("open-conversation", ({ detail }) => open(detail));

function open(address) {
  const shown = document.querySelector(`.queue a[href="${CSS.escape(address)}"]`);
  shown ? shown.click() : location.assign(address);
}
