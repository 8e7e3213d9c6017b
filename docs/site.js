// What Material leaves unnamed: its search, its menus, and what scrolls sideways, for the keyboard
// and for screen readers. Some of it is only there when Material's own script has run.
function complete() {
  document.querySelector('.md-search[role="dialog"]')?.setAttribute("aria-label", "Search");
  for (const box of document.querySelectorAll(".md-typeset__scrollwrap, .md-typeset pre > code")) {
    if (box.scrollWidth > box.clientWidth) box.tabIndex = 0;
    else box.removeAttribute("tabindex");
  }
  document.querySelectorAll(".md-nav, .md-code__nav").forEach((menu, index) => {
    const title = document.getElementById(menu.getAttribute("aria-labelledby") ?? "");
    const name = title?.textContent.trim() || menu.getAttribute("aria-label") || "Code";
    menu.removeAttribute("aria-labelledby");
    menu.setAttribute("aria-label", name.replace(/( \d+)?$/, ` ${index + 1}`));
  });
}
addEventListener("load", () => setTimeout(complete, 0));
addEventListener("resize", complete);
