// The Pay buttons: how long each can still be pressed, and what became of its order. All of it is
// data that comes with the clerk's messages, nothing is read from their words.

import { TEXTS } from "./texts.js";

const SPOKEN_AT_S = [300, 60];

const payable = new Map(); // order id -> its button's parts, and when it is too late
let ticking;

/** A message about an order has come, with `button` the box of its Pay button if it has one. What
 * is no longer open, or has a newer button, can't be paid with an older one. */
export function heardOf(order, button) {
  for (const [orderId, entry] of payable) {
    if (isInstead(order, orderId, entry)) settle(orderId, TEXTS.statuses.canceled);
  }
  const isOver = button || order.status !== "open";
  if (isOver && payable.has(order.id)) {
    settle(order.id, button ? TEXTS.newerLink : TEXTS.statuses[order.status], order.status);
  }
  if (!button) return;
  const entry = { button, parent: order.parent, deadline: null, spoken: Infinity };
  payable.set(order.id, entry);
  if (order.seconds_left === undefined) return;
  entry.deadline = Date.now() + order.seconds_left * 1000;
  entry.left = document.createElement("span");
  entry.left.className = "left";
  // Its ticking is not for screen readers: they are told at a few moments.
  entry.left.setAttribute("role", "timer");
  entry.left.setAttribute("aria-live", "off");
  button.append(entry.left);
  tick();
  ticking ??= setInterval(tick, 1000);
}

// One order instead of another, or other better seats for the same order.
function isInstead(order, orderId, { parent }) {
  if (order.id === orderId || order.status !== "open") return false;
  return order.replaces === orderId || (parent && parent === order.parent);
}

function settle(orderId, words, status) {
  const { button } = payable.get(orderId);
  const note = document.createElement("span");
  note.className = status === "paid" ? "settled good" : "settled";
  note.textContent = words ?? "";
  button.replaceChildren(note);
  payable.delete(orderId);
}

function tick() {
  let isAnyLeft = false;
  for (const [orderId, entry] of payable) {
    if (entry.deadline === null) continue;
    const seconds = Math.ceil((entry.deadline - Date.now()) / 1000);
    if (seconds <= 0) {
      settle(orderId, TEXTS.timeUp);
      continue;
    }
    isAnyLeft = true;
    entry.left.textContent = TEXTS.timeLeft(clock(seconds));
    entry.left.classList.toggle("soon", seconds <= SPOKEN_AT_S[0]);
    speak(entry, seconds);
  }
  if (!isAnyLeft) ticking = void clearInterval(ticking);
}

function speak(entry, seconds) {
  const due = SPOKEN_AT_S.find((at) => seconds <= at && at < entry.spoken && seconds > at - 5);
  if (due === undefined) return;
  entry.spoken = due;
  document.getElementById("aloud").textContent = TEXTS.minutesLeft(due / 60);
}

function clock(seconds) {
  const minutes = Math.floor(seconds / 60);
  return `${minutes}:${String(seconds % 60).padStart(2, "0")}`;
}
