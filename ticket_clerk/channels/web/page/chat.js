// The chat page: shows the conversation in the server's order, and below it what is on its way
// there until it comes back.

import { outgoing } from "./outgoing.js";
import { follow } from "./stream.js";
import { TEXTS } from "./texts.js";
import { bubble, choices, note } from "./words.js";

const TITLE = document.title;

const scroll = document.getElementById("scroll");
const log = document.getElementById("log");
const welcome = document.getElementById("welcome");
const typing = document.getElementById("typing");
const connection = document.getElementById("connection");
const form = document.getElementById("compose");
const field = document.getElementById("text");

const onTheWay = new Map(); // message id -> bubble
let unseen = 0;

// ---- what was said

function said(message) {
  const atEnd = scroll.scrollHeight - scroll.scrollTop - scroll.clientHeight < 120;
  const isAnswer = message.from === "buyer" || message.buttons?.length;
  // A confirmation in the middle of a question leaves the question's answers where they are.
  if (isAnswer) dropChoices();
  onTheWay.get(message.id)?.remove();
  onTheWay.delete(message.id);
  const next = onTheWay.values().next().value ?? null;
  log.insertBefore(bubble(message), next);
  if (message.buttons?.length) log.insertBefore(choices(message.buttons, choose), next);
  welcome.hidden = true;
  if (message.from === "clerk") count();
  if (atEnd || message.from === "buyer") toEnd();
}

function dropChoices() {
  const rows = log.querySelectorAll(".choices");
  const hadFocus = [...rows].some((row) => row.contains(document.activeElement));
  rows.forEach((row) => row.remove());
  if (hadFocus) rest();
}

// Where the keyboard goes on. On a phone the field would open another one over the page.
function rest() {
  const target = matchMedia("(pointer: coarse)").matches ? scroll : field;
  target.focus({ preventScroll: true });
}

function count() {
  if (document.hidden && log.getAttribute("aria-busy") === "false") {
    unseen += 1;
    document.title = `(${unseen}) ${TITLE}`;
  }
}

function ready() {
  log.setAttribute("aria-busy", "false");
  welcome.hidden = log.childElementCount > 0;
}

function state(name) {
  if (connection.dataset.state !== name) connection.textContent = TEXTS[name];
  connection.dataset.state = name;
}

// ---- what is said

const queue = outgoing({ sending, idle, failed });

function send(text) {
  const message = queue.write(text);
  dropChoices();
  show(message);
  queue.add(message);
}

function choose(text) {
  send(text);
  rest();
}

function show({ id, text }) {
  const element = bubble({ from: "buyer", text });
  element.classList.add("sending");
  onTheWay.set(id, element);
  log.append(element);
  welcome.hidden = true;
  toEnd();
}

function sending({ id }, isWaiting) {
  mark(id, isWaiting ? note(TEXTS.waiting) : null);
  typing.hidden = isWaiting;
  if (!isWaiting) toEnd();
}

function idle() {
  typing.hidden = true;
}

function failed(message, problem) {
  const row = note(problem, () => {
    row.remove();
    rest();
    queue.add(message);
  });
  mark(message.id, row);
}

function mark(id, row) {
  const element = onTheWay.get(id);
  element?.querySelector(".waits")?.remove();
  if (row) element?.append(row);
  if (row) toEnd();
}

// ---- the rest of the page

function toEnd() {
  scroll.scrollTop = scroll.scrollHeight;
}

function submit(event) {
  event.preventDefault();
  const text = field.value.trim();
  if (!text) return;
  field.value = "";
  grow();
  send(text);
}

function grow() {
  field.style.height = "auto";
  field.style.height = `${Math.min(field.scrollHeight + 3, 140)}px`;
}

form.addEventListener("submit", submit);
field.addEventListener("input", grow);
field.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing) submit(event);
});
welcome.addEventListener("click", (event) => {
  if (event.target.matches(".choice")) choose(event.target.textContent);
});
document.addEventListener("visibilitychange", () => {
  if (document.hidden) return;
  unseen = 0;
  document.title = TITLE;
});
addEventListener("resize", toEnd);

queue.left.forEach(show);
queue.start();
follow({ said, ready, state });
if (!matchMedia("(pointer: coarse)").matches) field.focus();
