// The customer's actions. Each is followed by a refresh, so that its effect shows at once.

import { customer } from "./api.js";
import { startReply, startEditing } from "./composer.js";
import { $ } from "./dom.js";
import { summary } from "./message.js";

const NO_CONNECTION = "The sandbox does not answer.";
const NOTICE_MS = 4000;

// `psid()`: the current customer; `refresh()`: shows the thread again; `before()`: before a message is sent;
// `failed()`: after an error
export function customerActions({ psid, refresh, before, failed }) {
  const me = () => customer(psid());

  async function run(request) {
    try {
      await request;
      showError("");
      await refresh();
    } catch (error) {
      failed();
      showError(error.status ? error.message : NO_CONNECTION);
    }
  }
  function sendContent(content) {
    before();
    return run(me().send(content));
  }

  return {
    send(text, context) {
      if (context?.verb === "edit") return run(me().edit(context.message.mid, text));
      return sendContent(context ? { text, reply_to: context.message.mid } : { text });
    },
    sendContent,
    tap: (postback) => sendContent({ postback }),
    reply: ({ title, payload }) => sendContent({ quick_reply: { title, payload: payload || title } }),
    react: (message, emoji) => run(me().react(message.mid, emoji)),
    block: (on) => run(me().block(on)),
    call: (on) => run(on ? me().call() : me().hangUp()),
    replyFromPageInbox: (text) => run(me().replyFromPageInbox(text)),
    edit: startEditing,
    replyTo: (message) => startReply(message, `Replying to “${summary(message)}”`),
    // An event that does not show in the thread; a notice confirms it.
    async sendEvent(event, notice) {
      await run(me().send({ event }));
      showNotice(notice);
    },
  };
}

export function showError(sentence) {
  $("error").textContent = sentence;
  $("error").hidden = !sentence;
}

export const showConnectionLost = (isLost) => {
  if (isLost) showError(NO_CONNECTION);
  else if ($("error").textContent === NO_CONNECTION) showError("");
};

function showNotice(sentence) {
  $("notice").textContent = sentence;
  setTimeout(() => ($("notice").textContent = ""), NOTICE_MS);
}
