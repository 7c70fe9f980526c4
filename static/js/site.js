// Public pages are the same for everybody; what is personal arrives here, after them.
(function () {
  "use strict";
  var region = document.querySelector("[data-toasts]");

  function arm(toast) {
    var button = toast.querySelector("[data-dismiss]");
    if (!button) return;
    button.hidden = false;
    button.addEventListener("click", function () { toast.remove(); });
    // Good news leaves by itself, unless one is reading it; the rest waits to be dismissed.
    if (toast.matches(".toast--success, .toast--info")) setTimeout(leave, 9000);
    function leave() {
      if (toast.matches(":hover, :focus-within")) setTimeout(leave, 3000);
      else toast.remove();
    }
  }
  function arrive(nodes) {
    nodes.forEach(function (toast) { region.append(toast); arm(toast); });
  }
  // For the other scripts of the site: document.dispatchEvent(new CustomEvent("dojo:toasts", {detail: nodes}))
  document.addEventListener("dojo:toasts", function (event) { arrive(event.detail); });
  document.querySelectorAll("[data-toast]").forEach(arm);

  var visitor = document.querySelector("[data-visitor]");
  if (visitor) {
    fetch(visitor.dataset.visitor, { credentials: "same-origin", headers: { Accept: "text/html" } })
      .then(function (response) { return response.ok ? response.text() : ""; })
      .then(function (html) {
        if (!html) return;
        var box = new DOMParser().parseFromString(html, "text/html").body;
        arrive(box.querySelectorAll("[data-toast]"));
        visitor.replaceChildren.apply(visitor, Array.from(box.childNodes));
      })
      .catch(function () {});
  }

  // A page that waits for something asks again, unless one has left it.
  var waiting = document.querySelector("[data-refresh]");
  if (waiting) setTimeout(function () { location.replace(waiting.dataset.refresh); }, 5000);

  // What is too wide scrolls, and the keyboard must reach it.
  document.querySelectorAll("math[display=block]").forEach(function (formula) {
    if (formula.scrollWidth > formula.clientWidth) formula.setAttribute("tabindex", "0");
  });

  // Menus close on Escape and when one clicks or tabs elsewhere.
  function close(except) {
    document.querySelectorAll(".menu[open]").forEach(function (menu) {
      if (!menu.contains(except)) menu.open = false;
    });
  }
  document.addEventListener("click", function (event) { close(event.target); });
  document.addEventListener("focusin", function (event) { close(event.target); });
  document.addEventListener("keydown", function (event) {
    if (event.key !== "Escape") return;
    var menu = document.activeElement && document.activeElement.closest(".menu[open]");
    if (menu) { menu.open = false; menu.querySelector("summary").focus(); }
  });
})();
