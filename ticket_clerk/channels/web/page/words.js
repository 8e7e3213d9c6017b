// What a message looks like. Text is only ever set as text: nothing that was written can become
// markup, and only a web address that the clerk wrote becomes a link.

import { heardOf } from "./orders.js";
import { TEXTS } from "./texts.js";

const ADDRESS = /https?:\/\/[^\s<>"']+/g;
const SENTENCE_END = /[.,;:!?)\]]+$/;

/** The bubble of one message; `message` is what the stream carries. */
export function bubble(message) {
  const element = make("div", `message ${message.from}`);
  const words = make("div", "words");
  const isClerk = message.from === "clerk";
  words.append(...(isClerk ? clerkWords(message) : [message.text]));
  if (message.picture) words.append(picture(message.picture));
  element.append(make("span", "unseen", isClerk ? TEXTS.clerk : TEXTS.buyer), words);
  if (message.order) heardOf(message.order, words.querySelector(".payment"));
  return element;
}

/** Buttons with the clerk's suggestions; `say` is called with the words of the one that is chosen. */
export function choices(titles, say) {
  const row = make("div", "choices");
  row.setAttribute("role", "group");
  row.setAttribute("aria-label", TEXTS.suggestions);
  for (const title of titles) {
    const button = make("button", "choice", title);
    button.type = "button";
    button.addEventListener("click", () => say(title));
    row.append(button);
  }
  return row;
}

/** A line below a message that says how its sending stands; `again` is called when it is pressed. */
export function note(words, again) {
  const row = make("div", again ? "failed" : "waits", words);
  if (again) {
    const button = make("button", "", TEXTS.again);
    button.type = "button";
    button.addEventListener("click", again);
    row.append(" ", button);
  }
  return row;
}

function clerkWords({ text, order, strong = [] }) {
  const parts = [];
  let read = 0;
  for (const match of text.matchAll(ADDRESS)) {
    const written = match[0].replace(SENTENCE_END, "");
    const url = safeUrl(written);
    if (!url) continue;
    const before = text.slice(read, match.index);
    read = match.index + written.length;
    const isPay = written === order?.link || isCheckout(url);
    parts.push(...emphasized(isPay ? before.trimEnd() : before, strong));
    parts.push(isPay ? payButton(url, order) : link(url, written));
  }
  const rest = text.slice(read);
  // A full stop that ended the sentence with the address would stand alone under the button.
  const isAfterButton = parts.at(-1)?.className === "payment";
  parts.push(...emphasized(isAfterButton ? rest.replace(/^[.,;:!?]*\s*/, "") : rest, strong));
  return parts;
}

function emphasized(text, strong) {
  if (!strong.length) return [text];
  // Longest first: a show's name may begin with another word of the list.
  const byLength = [...strong].sort((a, b) => b.length - a.length);
  const quoted = byLength.map((word) => word.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  return text
    .split(new RegExp(`(${quoted.join("|")})`))
    .map((part, index) => (index % 2 ? make("strong", number(part), part) : part));
}

function number(word) {
  return word.startsWith("ord_") ? "number" : "";
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

function payButton(url, order) {
  const box = make("div", "payment");
  const button = link(url, order?.total ? TEXTS.payTotal(order.total) : TEXTS.pay);
  button.className = "pay";
  box.append(button);
  return box;
}

function picture({ url, text }) {
  const element = make("img", "picture");
  element.alt = text;
  element.loading = "lazy";
  element.referrerPolicy = "no-referrer";
  element.src = url;
  return element;
}

function link(url, words) {
  const element = make("a", "", words);
  element.href = url.href;
  element.target = "_blank";
  element.rel = "noopener noreferrer";
  element.append(make("span", "unseen", TEXTS.newTab));
  return element;
}

function make(tag, className, text) {
  const element = document.createElement(tag);
  if (className) element.className = className;
  if (text) element.textContent = text;
  return element;
}
