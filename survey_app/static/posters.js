/* The list of shops in the form of posters: show those whose line holds the typed words, tick those
   that are shown; a tick chooses "from the list". */
(function () {
  "use strict";
  var field = document.querySelector("[data-narrow]"), list = field && document.getElementById(field.dataset.narrow);
  if (!list) return;
  field.addEventListener("input", function () {
    var words = field.value.toLowerCase().split(/\s+/);
    Array.prototype.forEach.call(list.children, function (line) {
      var text = line.textContent.toLowerCase();
      line.hidden = !words.every(function (word) { return text.indexOf(word) >= 0; });
    });
  });
  Array.prototype.forEach.call(document.querySelectorAll("[data-tick]"), function (button) {
    button.addEventListener("click", function () {
      Array.prototype.forEach.call(list.children, function (line) {
        if (!line.hidden) line.querySelector("input").checked = button.dataset.tick === "1";
      });
      list.dispatchEvent(new Event("change"));
    });
  });
  field.addEventListener("keydown", function (event) { if (event.key === "Enter") event.preventDefault(); });
  list.addEventListener("change", function () {
    var radio = document.querySelector("[name=scope][value=list]");
    if (radio) radio.checked = true;
  });
})();
