/* Tells the page around the frame how high this page is, and when a new question was shown. Only the listed sites hear it. */
(function ($doc) {
  var $sites = $doc.currentScript.dataset.sites.split(' '), $last = 0;
  function $tell($moved) {
    var $height = Math.ceil($doc.body.offsetHeight), $above = location.ancestorOrigins;
    if ($height == $last && !$moved) return;
    $last = $height;
    $sites.forEach(function ($site) {
      if (!$above || $above[0] == $site) try { parent.postMessage({survey: $height, moved: !!$moved}, $site); } catch ($e) {}
    });
  }
  if (parent == self) return;
  addEventListener('load', function () { $tell(); });
  addEventListener('focusin', function ($e) { if (/^H/.test($e.target.tagName)) setTimeout($tell, 0, 1); });
  if (self.ResizeObserver) new ResizeObserver(function () { $tell(); }).observe($doc.body);
  else setInterval($tell, 500);
})(document);
