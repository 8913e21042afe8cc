/* Pages that show people: warn two minutes before the quarter of an hour without a request is over, then leave the page.
   The server knows the time: another tab may have gone on. It is asked when the known time is over, never in between. */
(function () {
  "use strict";
  var box = document.getElementById("idle"), form = box.querySelector("form"), warned = 120, end = 0, due = 0, timer;
  function away() {
    var page = box.dataset.next || location.pathname + location.search;
    location.replace(box.dataset.again + "?next=" + encodeURIComponent(page));
  }
  function wait(left) {
    var seconds = left > warned ? left - warned : left;
    if (left <= 0) return away();
    end = Date.now() + left * 1000;
    due = Date.now() + seconds * 1000;
    if (left > warned) { if (box.open) box.close(); } else if (!box.open) box.showModal();
    clearTimeout(timer);
    timer = setTimeout(ask, seconds * 1000);
  }
  function ask() {
    fetch(form.action).then(function (answer) {
      return answer.ok && !answer.redirected ? answer.json() : { left: 0 };
    }).then(function (told) { wait(told.left); }, function () {
      wait(Math.floor((end - Date.now()) / 1000));
    });
  }
  function stay(event) {
    if (event) event.preventDefault();
    fetch(form.action, { method: "POST", body: new FormData(form) }).then(ask, ask);
  }
  form.addEventListener("submit", stay);
  box.addEventListener("cancel", function (event) { event.preventDefault(); stay(); });
  /* a computer that slept, a page that comes back from the memory of the browser */
  document.addEventListener("visibilitychange", function () { if (!document.hidden && Date.now() >= due) ask(); });
  window.addEventListener("pageshow", function (event) { if (event.persisted) ask(); });
  wait(Number(box.dataset.left));
})();
