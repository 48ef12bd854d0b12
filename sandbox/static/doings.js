// What the customer does, each followed by a look, so that it is seen at once.

import { customer } from "./api.js";
import { startAnswering, startEditing } from "./composer.js";
import { $ } from "./dom.js";
import { summary } from "./message.js";

const LOST = "The sandbox does not answer.";
const NOTICE_MS = 4000;

// `psid()`: who holds the phone; `look()`: shows the thread anew; `said()`, `refused()`: before and after a failure
export function doings({ psid, look, said, refused }) {
  const me = () => customer(psid());

  async function act(doing) {
    try {
      await doing;
      showTrouble("");
      await look();
    } catch (error) {
      refused();
      showTrouble(error.status ? error.message : LOST);
    }
  }
  function say(words) {
    said();
    return act(me().send(words));
  }

  return {
    send(text, about) {
      if (about?.verb === "edit") return act(me().edit(about.message.mid, text));
      return say(about ? { text, reply_to: about.message.mid } : { text });
    },
    say,
    tap: (postback) => say({ postback }),
    reply: ({ title, payload }) => say({ quick_reply: { title, payload: payload || title } }),
    react: (message, emoji) => act(me().react(message.mid, emoji)),
    block: (on) => act(me().block(on)),
    ring: (on) => act(on ? me().ring() : me().hangUp()),
    inbox: (text) => act(me().inbox(text)),
    edit: startEditing,
    answer: (message) => startAnswering(message, `Answering “${summary(message)}”`),
    // Something that happens outside the conversation; a line says that it did.
    async tell(event, notice) {
      await act(me().send({ event }));
      showNotice(notice);
    },
  };
}

export function showTrouble(sentence) {
  $("trouble").textContent = sentence;
  $("trouble").hidden = !sentence;
}

export const showLost = (isLost) => {
  if (isLost) showTrouble(LOST);
  else if ($("trouble").textContent === LOST) showTrouble("");
};

function showNotice(sentence) {
  $("notice").textContent = sentence;
  setTimeout(() => ($("notice").textContent = ""), NOTICE_MS);
}
