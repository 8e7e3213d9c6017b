// What a message looks like. Text is only ever set as text: nothing that was written can become
// markup, and only a web address that the clerk wrote becomes a link.

const ADDRESS = /https?:\/\/[^\s<>"']+/g;
const SENTENCE_END = /[.,;:!?)\]]+$/;

/** The bubble of one message; `message` is what the stream carries. */
export function bubble(message) {
  const element = document.createElement("div");
  element.className = `message ${message.from}`;
  const speaker = document.createElement("span");
  speaker.className = "unseen";
  speaker.textContent = message.from === "buyer" ? "You: " : "Clerk: ";
  const words = document.createElement("div");
  words.className = "words";
  words.append(...(message.from === "clerk" ? withLinks(message.text) : [message.text]));
  element.append(speaker, words);
  return element;
}

/** Buttons with the clerk's suggestions; `say` is called with the words of the one that is chosen. */
export function choices(titles, say) {
  const row = document.createElement("div");
  row.className = "choices";
  for (const title of titles) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "choice";
    button.textContent = title;
    button.addEventListener("click", () => say(title));
    row.append(button);
  }
  return row;
}

function withLinks(text) {
  const parts = [];
  let read = 0;
  for (const match of text.matchAll(ADDRESS)) {
    const written = match[0].replace(SENTENCE_END, "");
    const url = safeUrl(written);
    if (!url) continue;
    const before = text.slice(read, match.index);
    read = match.index + written.length;
    parts.push(isCheckout(url) ? before.trimEnd() : before, link(url, written));
  }
  const rest = text.slice(read);
  // A full stop that ended the sentence with the address would stand alone under the button.
  const afterButton = parts.length && parts.at(-1).className === "pay";
  parts.push(afterButton ? rest.replace(/^[.,;:!?]*\s*/, "") : rest);
  return parts;
}

function safeUrl(text) {
  try {
    const url = new URL(text);
    return /^https?:$/.test(url.protocol) && !url.username && !url.password ? url : null;
  } catch {
    return null;
  }
}

// Stripe's Checkout pages, and the stand-in's, have the session's id in their address.
function isCheckout(url) {
  return /\bcs_(test|live)_\w+/.test(url.pathname);
}

function link(url, written) {
  const element = document.createElement("a");
  element.href = url.href;
  element.target = "_blank";
  element.rel = "noopener noreferrer";
  element.textContent = isCheckout(url) ? "Pay now" : written;
  if (isCheckout(url)) element.className = "pay";
  const hint = document.createElement("span");
  hint.className = "unseen";
  hint.textContent = " (opens in a new tab)";
  element.append(hint);
  return element;
}
