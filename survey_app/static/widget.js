/* Goes with the frame of a questionnaire: gives it the height that the questionnaire asks for, and shows its beginning again when
   a new question came. Listens to that frame and its own origin alone. */
(function () {
  "use strict";
  function frames() { return document.querySelectorAll("iframe[data-survey]"); }
  if (window.surveyFrames) return;
  window.surveyFrames = true;
  window.addEventListener("message", function (event) {
    Array.prototype.forEach.call(frames(), function (frame) {
      var wanted = event.data && event.data.survey, top;
      if (event.source !== frame.contentWindow || event.origin !== new URL(frame.src).origin) return;
      if (typeof wanted !== "number" || !(wanted > 0 && wanted < 20000)) return;
      frame.style.height = Math.ceil(wanted) + "px";
      top = frame.getBoundingClientRect().top;
      if (event.data.moved === true && top < 0) frame.scrollIntoView();
    });
  });
})();
