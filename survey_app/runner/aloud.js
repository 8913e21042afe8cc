/* Reads a question aloud when its button is pressed, and stops when it is pressed again. Comes with the pages of those who asked
   for it, and on counter tablets. Where the browser cannot speak it adds nothing. */
(function ($doc) {
  var $talk = self.speechSynthesis, $last;
  if (!$talk || !self.SpeechSynthesisUtterance) return;
  [].forEach.call(_m.querySelectorAll('fieldset[data-q]'), function ($question) {
    var $button = $doc.createElement('button');
    $button.type = 'button';
    $button.className = 'link';
    $button.textContent = _m.dataset.hear;
    $button.onclick = function () {
      var $busy = $talk.speaking && $last == $button, $words = [], $said;
      $talk.cancel();
      if ($busy) return;
      $last = $button;
      [].forEach.call($question.querySelectorAll('h2,h3,.hint,.ends b,label span'), function ($el) { $words.push($el.textContent); });
      $said = new SpeechSynthesisUtterance($words.join('。'));
      $said.lang = $doc.documentElement.lang;
      $said.rate = .9;
      $talk.speak($said);
    };
    $question.insertBefore($button, $question.querySelector('fieldset>div'));
  });
})(document);
