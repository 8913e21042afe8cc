/* The script of staff pages, which work without it. */
(() => {
  "use strict";
  var doc = document, said = 0;
  function each(root, selector, act) {
    root.querySelectorAll(selector).forEach(act);
  }
  function on(target, names, act) {
    names.split(" ").forEach(name => { target.addEventListener(name, act); });
  }
  function leave(line) {
    var timer, box = line.parentNode;
    if (line.on) return;
    line.on = 1;
    if (box.children.length > 3) box.firstElementChild.remove();
    function start() { timer = setTimeout(() => { line.remove(); }, line.dataset.stay || 8000); }
    function stop() { clearTimeout(timer); }
    on(line, "mouseenter focusin", stop);
    on(line, "mouseleave focusout", start);
    start();
  }
  function toast(text) {
    var line = doc.createElement("p");
    line.className = "toast";
    line.textContent = text;
    doc.getElementById("toasts").appendChild(line);
    leave(line);
  }
  function ready(root) {
    each(root, "dialog[data-open]", box => { if (!box.open) box.showModal(); });
    each(root, "[data-focus]", field => { field.focus(); });
    each(doc, ".toast", leave);
    each(root, "[data-if-script]", part => { part.hidden = false; });
  }
  doc.addEventListener("click", event => {
    var hit = event.target.closest("[data-copy],[data-print],[data-close],[data-all]"), field;
    if (!hit) return;
    if (hit.hasAttribute("data-copy")) {
      field = doc.getElementById(hit.getAttribute("data-copy"));
      field.select();
      /* plain http has no navigator.clipboard */
      if (doc.execCommand("copy")) toast(hit.getAttribute("data-done"));
      hit.focus();
    } else if (hit.hasAttribute("data-print")) window.print();
    else if (hit.hasAttribute("data-all")) each(doc.getElementById(hit.getAttribute("data-all")), "[type=checkbox]", box => {
      box.checked = hit.value === "1";
    });
    else hit.closest(".toast,dialog").remove();
  });
  /* a second press of the same button must not send the form again */
  doc.addEventListener("submit", event => {
    var form = event.target;
    if (event.defaultPrevented || form.method !== "post" || form.hasAttribute("data-download")) return;
    if (form.ariaBusy) event.preventDefault();
    form.ariaBusy = "true";
  });
  window.addEventListener("pageshow", () => {
    each(doc, "form[aria-busy]", form => { form.removeAttribute("aria-busy"); });
  });
  on(doc, "htmx:afterSettle htmx:after:settle", event => { ready(event.target); });
  on(doc, "htmx:sendError htmx:responseError htmx:error", () => {
    if (Date.now() - said > 1000) toast(doc.body.getAttribute("data-offline"));
    said = Date.now();
  });
  ready(doc);
  /* the menu is longer than many windows */
  each(doc, ".side [aria-current]", entry => { entry.scrollIntoView({ block: "nearest" }); });
})();
