/* The respondent's page, step by step. Written for old WebViews (ES5); where something is missing the form just scrolls.

   The shipped script is at most 2 KB: names that begin with $ are shortened when the page is built, and elements are
   read by their ids: _f form, _m main, _h head, _b 返回, _g 继续, _k the hidden fields of this paper, _c resume, _a step, _s save
   number, _y width of the window. A question may be called "submit" or "action", so nothing else is ever read from the form itself. */
(function ($doc) {
  var $steps = $all('.step'), $data = _m.dataset, $at = 0, $last = _g.textContent, $title = $doc.title, $store = {},
    $to = location.pathname, $q = '[data-q]:not([hidden]) ', $known, $button;

  function $all($css, $in) { return [].slice.call(($in || _f).querySelectorAll($css)); }
  function $filled($in) {
    return $all('input,select,textarea', $in).filter(function ($el) {
      return /^[cr]/.test($el.type) ? $el.checked : $el.value.trim();
    });
  }

  /* conditions on this page; a hidden question answers nothing */
  function $holds($c) {
    var $op = $c[0], $or = $op == 'or', $x = $c[2], $v = $filled().filter(function ($el) {
      return $el.name == $c[1] && !$el.closest(':disabled');
    }), $y = $v[0] && $v[0].value;
    return $op == 'not' ? !$holds($c[1]) : $or || $op == 'and' ? $c.slice(1)[$or ? 'some' : 'every']($holds) :
      $op == '<' ? $y < $x : $op == '>' ? $y > $x : $op == 'sel' ? $v.some(function ($el) { return $el.value == $x; }) : $y;
  }
  function $apply() {
    $all('[data-if]').forEach(function ($el) { $el.hidden = $el.disabled = !$holds(JSON.parse($el.dataset.if)); });
    _g.textContent = $next($at, 1) < 0 ? $last : $data.next;
  }

  /* steps */
  function $heading($i) { return $all($q + 'h2', $steps[$i])[0]; }
  function $next($i, $by) {
    do $i += $by; while ($steps[$i] && !$heading($i));
    return $steps[$i] ? $i : -1;
  }
  function $show($i, $moved) {
    $at = $i;
    $steps.forEach(function ($el, $j) { $el.hidden = $j != $i; });
    _h.hidden = $next($i, -1) >= 0;
    _b.hidden = !_h.hidden && !_b.name;
    _a.value = $steps[$i].id;
    $apply();
    if ($moved) {
      $doc.title = $heading($i).textContent + ' - ' + $title;
      scrollTo(0, 0);
      $heading($i).focus();
    }
  }
  function $push($i) { history[$known ? 'pushState' : 'replaceState']($i, '', $to); $known = 1; }

  $doc.onclick = function ($e) {
    $button = $e.target.closest('button');
    if ($button == _b && _h.hidden) { history.back(); return false; }
  };
  $doc.onsubmit = function () {
    var $i = $next($at, 1), $wrong;
    _y.value = innerWidth;
    if ($button && $button.formNoValidate) return;
    /* the one check of the script: required and empty, in the server's words, which wait in the page */
    $wrong = $all($q + '.req', $steps[$at]).filter(function ($el) {
      return !($el.hidden = $filled($el.parentNode)[0]);
    })[0];
    if ($wrong) { $doc.title = $wrong.textContent; $wrong.focus(); return false; }
    if ($i < 0) return;
    $push($i);
    $show($i, 1);
    try {
      $store[$to] = _k.innerHTML;
      _s.value++;
      fetch($to + '?draft=1', {method: 'POST', keepalive: true, body: new URLSearchParams(new FormData(_f))})
        .catch($apply);
    } catch ($e) {}
    return false;
  };
  /* 以上都没有 and the others exclude each other */
  $doc.onchange = function ($e) {
    $e = $e.target;
    $all('[name=' + $e.name + ']').forEach(function ($el) {
      if ($e.checked && $el != $e && ($e.dataset.x || $el.dataset.x)) $el.checked = 0;
    });
    $apply();
  };
  onpopstate = function ($e) {
    if ($e.state < 0) _b.click();
    else if ($steps[$e.state]) $show($e.state, 1);
  };

  /* begin: a reloaded first page goes on where this tab left it */
  try { $store = sessionStorage; } catch ($e) {}
  if ($data.first && $store[$to]) {
    _k.innerHTML = $store[$to];
    return _c.click();
  }
  if (_b.name) $push(-1);
  $apply();
  for ($at = $next(-1, 1); $at < $steps.indexOf(self[$data.at]); $at = $next($at, 1)) $push($at);
  $push($at);
  $show($at);
})(document);
