// What the buyer wrote and the server does not have yet: sent one after the other, in the order in
// which it was written, each under an id of its own by which the server knows a repetition. It is
// kept for a reload of this tab until it has arrived.

import { TEXTS } from "./texts.js";

const KEPT = "clerk-outgoing";
const PAUSES_MS = [500, 1000, 2000, 4000, 8000];
const MOST_ERRORS = 20; // of a server that answers, but with a failure: about two minutes
const ANSWER_MS = 45000; // a connection that died may never say so

/** A queue that sends. Calls `page.sending(message, isWaiting)` before each try and while it waits
 * for the next one, `page.idle()` when there is nothing left, `page.failed(message, problem)`. */
export function outgoing(page) {
  const queue = kept();
  let isBusy = false;

  function add(message) {
    queue.push(message);
    keep();
    pump();
  }

  async function pump() {
    if (isBusy) return;
    isBusy = true;
    while (queue.length) {
      const message = queue[0];
      const problem = await deliver(message, page);
      queue.shift();
      keep();
      if (problem) page.failed(message, problem);
    }
    isBusy = false;
    page.idle();
  }

  function keep() {
    try {
      sessionStorage.setItem(KEPT, JSON.stringify(queue));
    } catch {
      // A browser that keeps nothing forgets it in a reload.
    }
  }

  return { add, left: [...queue], start: pump, write: (text) => ({ id: newId(), text }) };
}

function kept() {
  try {
    return JSON.parse(sessionStorage.getItem(KEPT)) ?? [];
  } catch {
    return [];
  }
}

/** Tries until the message has arrived; gives what is wrong with it if it never can. */
async function deliver(message, page) {
  let errors = 0;
  for (let tries = 0; ; tries += 1) {
    page.sending(message, false);
    const answer = await post(message);
    if (answer?.ok) return null;
    if (answer) {
      errors += 1;
      if (answer.status === 403 && errors === 1) await fetch("./").catch(() => {});
      else if (isHopeless(answer) || errors >= MOST_ERRORS) return TEXTS.problem(answer.status);
    }
    // Without an answer there is no connection: it is tried for as long as the page is open.
    page.sending(message, true);
    const asked = Number(answer?.headers.get("Retry-After")) * 1000;
    await pause(asked || PAUSES_MS[Math.min(tries, PAUSES_MS.length - 1)]);
  }
}

function isHopeless(answer) {
  return answer.status < 500 && answer.status !== 429;
}

function post({ id, text }) {
  return fetch("messages", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ id, text }),
    signal: AbortSignal.timeout?.(ANSWER_MS),
  }).catch(() => null);
}

// Over at once when the network is back.
function pause(ms) {
  return new Promise((resolve) => {
    const timer = setTimeout(done, ms);
    addEventListener("online", done);
    function done() {
      clearTimeout(timer);
      removeEventListener("online", done);
      resolve();
    }
  });
}

// Not crypto.randomUUID: it is missing on plain-http addresses other than localhost.
function newId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
