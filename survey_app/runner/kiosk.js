/* The screens of a counter tablet: start, questions, thanks; idle countdown; the staff's corner behind the PIN.

   Elements are read by their ids: _start _form _thanks _idle _staff; _f form, _m main, _b back, _g go on, _c countdowns. Names that begin
   with $ are shortened when the file is served. */
(function ($doc) {
  var $set = JSON.parse($doc.body.dataset.set), $root = $doc.documentElement, $steps = $all('.step', _f), $last = _g.textContent,
    $q = '[data-q]:not([hidden]) ', $at = 0, $state, $answer, $touched = Date.now(), $left, $size = $root.className, $button;

  function $all($css, $in) { return [].slice.call(($in || $doc).querySelectorAll($css)); }
  function $hex() { return [].map.call(crypto.getRandomValues(new Uint8Array(16)), function ($n) { return (256 + $n).toString(16).slice(1); }).join(''); }
  function $filled($in) {
    return $all('input,select,textarea', $in).filter(function ($el) {
      return $el.type != 'hidden' && (/^[cr]/.test($el.type) ? $el.checked : $el.value.trim());
    });
  }

  /* conditions over the whole questionnaire; a hidden question answers nothing */
  function $holds($c) {
    var $op = $c[0], $or = $op == 'or', $x = $c[2], $v = $filled(_f).filter(function ($el) {
      return $el.name == $c[1] && !$el.closest(':disabled');
    }), $y = $v[0] && $v[0].value;
    return $op == 'not' ? !$holds($c[1]) : $or || $op == 'and' ? $c.slice(1)[$or ? 'some' : 'every']($holds) :
      $op == '<' ? $y < $x : $op == '>' ? $y > $x : $op == 'sel' ? $v.some(function ($el) { return $el.value == $x; }) : !!$y;
  }
  function $apply() {
    $all('[data-if]', _f).forEach(function ($el) { $el.hidden = $el.disabled = !$holds(JSON.parse($el.dataset.if)); });
    _g.textContent = $next($at, 1) < 0 ? $last : _m.dataset.next;
  }

  /* steps */
  function $heading($i) { return $all($q + 'h2', $steps[$i])[0]; }
  function $next($i, $by) {
    do $i += $by; while ($steps[$i] && !$heading($i));
    return $steps[$i] ? $i : -1;
  }
  function $show($i) {
    $at = $i;
    $steps.forEach(function ($el, $j) { $el.hidden = $j != $i; });
    $apply();
    scrollTo(0, 0);
    $heading($i).focus();
  }
  function $screen($name) {
    $state = $name;
    [_start, _form, _thanks].forEach(function ($el) { $el.hidden = $el.id != $name; });
    scrollTo(0, 0);
  }

  /* what is wrong on this step: [element, sentence], in the server's words */
  function $problem() {
    var $found;
    $all('.bad.own').forEach(function ($el) { $el.remove(); });
    $all($q + '.req', $steps[$at]).forEach(function ($el) {
      $el.hidden = !!$filled($el.parentNode)[0];
      $found = $found || !$el.hidden && $el;
    });
    Object.keys($set.rules).forEach(function ($name) {
      var $rule = $set.rules[$name], $v = $filled($steps[$at]).filter(function ($el) {
          return ($rule.box ? $el.closest('#i-' + $name) : $el.name == $name) && !$el.closest(':disabled');
        }),
        $el = $v[0], $x = $el && $el.value.trim(), $n = $rule.num ? +$x : $x, $say;
      if ($found || !$el) return;
      if ($rule.count) $n = $v.length;
      if ($rule.sum) $n = Math.round($v.reduce(function ($sum, $one) { return $sum + +$one.value; }, 0) * 1e6) / 1e6;
      if ($rule.all > $v.length) $say = $rule.low;
      else if ($rule.re && !new RegExp($rule.re).test($x)) $say = $rule.bad;
      else if ($rule.lo != null && $n < $rule.lo) $say = $rule.low;
      else if ($rule.hi != null && $n > ($rule.hi == 'today' ? $today() : $rule.hi)) $say = $rule.high;
      else if ($rule.step && Math.abs(($n - $rule.lo) / $rule.step - Math.round(($n - $rule.lo) / $rule.step)) > 1e-6) $say = $rule.off;
      if (!$say) { if ($rule.num && $n == $n) $el.value = $n; return; }
      $found = $doc.createElement('p');
      $found.className = 'err bad own';
      $found.tabIndex = -1;
      $found.textContent = $set.mark_error + $say;
      $el.closest('fieldset').querySelector('div').prepend($found);
    });
    return $found;
  }
  function $today() { return new Date(kiosk.day() * 864e5).toISOString().slice(0, 10); }

  /* a question may be called "reset" or "hidden", so nothing is ever read from the form itself */
  function $clear() { HTMLFormElement.prototype.reset.call(_f); }

  /* an answer: begun, kept at every step, handed over, broken off */
  function $fields($more) {
    var $pairs = [['_d', $answer.id], ['_n', $answer.nonce], ['_v', $set.version], ['_u', $set.consent], ['_l', $root.lang]];
    return new URLSearchParams($pairs.concat($more, [['_end', '1.']])).toString();
  }
  function $typed() { return Array.from(new FormData(_f)); }
  function $keep() {
    $answer.seen = Date.now();
    $answer.at = $steps[$at].id;
    $answer.pairs = $typed();
    return kiosk.run('progress', 'put', $answer);
  }
  function $begin() {
    $answer = {id: $hex(), nonce: $hex(), begun: Date.now(), version: $set.version, language: $root.lang};
    $screen('_form');
    history.pushState(1, '');
    $show($next(-1, 1));
  }
  function $finish() {
    var $more = [['_day', kiosk.day()], ['_z', $root.className], ['_y', innerWidth], ['_s', Math.round((Date.now() - $answer.begun) / 1e3)]];
    _g.disabled = true;
    kiosk.add({id: $answer.id, day: kiosk.day(), body: $fields($more.concat($typed()))}).then(function () {
      return kiosk.run('progress', 'clear');
    }).then(function () {
      $answer = 0;
      $clear();
      $left = 10;
      $screen('_thanks');
      $all('h1', _thanks)[0].focus();
    }, function () { alert($set.full); }).then(function () { _g.disabled = false; });
  }
  function $breakOff() {
    var $name = $answer && $answer.at && $answer.at.slice(2), $begun = $name && ($answer.pairs || []).some(function ($p) { return $p[0][0] != '_' && $p[1]; });
    return ($begun ? kiosk.add({id: $answer.id, left: 1, body: $fields([['_day', kiosk.day()], ['_left', $name]])}) : Promise.resolve())
      .then(function () { return kiosk.run('progress', 'clear'); }).catch(function () {}).then($reset);
  }
  /* nothing of the last person stays: neither in the form nor behind the back button */
  function $reset() {
    $answer = 0;
    $clear();
    $all('.own').forEach(function ($el) { $el.remove(); });
    $root.className = $size;
    if (navigator.serviceWorker && navigator.serviceWorker.controller) return location.replace('/k/');
    $apply();
    $screen('_start');
  }

  /* every second: idle people, the thanks page, news for the page */
  function $tick() {
    var $idle = (Date.now() - $touched) / 1e3;
    if ($state == '_thanks' && --$left < 1) return $reset();
    if ($state == '_form' && !_staff.open) {
      if ($idle >= 60 && !_idle.open) _idle.showModal();
      if (_idle.open && $idle >= 80) { _idle.close(); $touched = Date.now(); return $breakOff(); }
      $left = Math.ceil(80 - $idle);
    }
    $all('._c').forEach(function ($el) { $el.textContent = $left; });
  }
  ['pointerdown', 'keydown', 'input', 'scroll'].forEach(function ($name) {
    addEventListener($name, function () { if (!_idle.open) $touched = Date.now(); }, true);
  });
  _idle.onclose = function () { $touched = Date.now(); };
  setInterval($tick, 1e3);

  /* buttons */
  $doc.onclick = function ($e) {
    var $el = $e.target.closest('button,a'), $do = $el && $el.dataset.do;
    $button = $el;
    if (!$do) return;
    $e.preventDefault();
    if ($do == 'begin') $begin();
    if ($do == 'language') location.replace($el.href);
    if ($do == 'size') { $root.className = $el.value; $all('[data-do=size]').forEach(function ($b) { $b.setAttribute('aria-pressed', $b.value == $el.value); }); }
    if ($do == 'back') $next($at, -1) < 0 ? _idle.showModal() : $show($next($at, -1));
    if ($do == 'stay') _idle.close();
    if ($do == 'quit') { _idle.close(); $keep().then($breakOff, $breakOff); }
    if ($do == 'done') $reset();
    if ($do == 'staff') { _menu.hidden = !(_pin.hidden = false); _p.value = _pe.textContent = ''; _staff.showModal(); }
    if ($do == 'close') _staff.close();
    if ($do == 'send') kiosk.send();
    if ($do == 'export') $export();
    if ($do == 'leave') location.replace('/');
  };
  $doc.onsubmit = function ($e) {
    if ($e.target == _pin) { $unlock(); return false; }
    var $wrong = $problem(), $i = $next($at, 1);
    if ($wrong) { $wrong.focus(); return false; }
    if ($i < 0) $finish();
    else { $show($i); $keep(); }
    return false;
  };
  $doc.onchange = function ($e) {
    $e = $e.target;
    if ($e == _p) return;
    $all('[name="' + $e.name + '"]', _f).forEach(function ($el) {
      if ($e.checked && $el != $e && $el.type == 'checkbox' && ($e.dataset.x || $el.dataset.x)) $el.checked = 0;
    });
    $apply();
    $keep();
  };
  onpopstate = function () {
    if ($state != '_form') return;
    history.pushState(1, '');
    if ($next($at, -1) >= 0) $show($next($at, -1));
  };
  onpageshow = function ($e) { if ($e.persisted) location.replace('/k/'); };

  /* the staff's corner: the PIN is compared here, so it works without a network */
  function $bytes($text) { return Uint8Array.from(atob($text.replace(/-/g, '+').replace(/_/g, '/')), function ($c) { return $c.charCodeAt(0); }); }
  function $unlock() {
    var $kept = (localStorage.pin || '.').split('.'), $wait = +localStorage.wait || 0, $tries = +localStorage.tries || 0;
    if (Date.now() < $wait) return _pe.textContent = $set.wait;
    crypto.subtle.importKey('raw', new TextEncoder().encode(_p.value), 'PBKDF2', false, ['deriveBits']).then(function ($key) {
      return crypto.subtle.deriveBits({name: 'PBKDF2', salt: $bytes($kept[0]), iterations: $set.rounds, hash: 'SHA-256'}, $key, 256);
    }).then(function ($bits) {
      if ($kept[1] && String(new Uint8Array($bits)) == String($bytes($kept[1]))) {
        localStorage.tries = 0;
        _menu.hidden = !(_pin.hidden = true);
        return;
      }
      localStorage.tries = ++$tries;
      if ($tries % 5 == 0) localStorage.wait = Date.now() + 6e4;
      _pe.textContent = $tries % 5 ? $set.wrong : $set.wait;
    });
    _p.value = '';
  }
  function $export() {
    kiosk.run('pending', 'getAll').then(function ($all) {
      var $link = $doc.createElement('a');
      $link.href = URL.createObjectURL(new Blob([JSON.stringify($all, null, 1)], {type: 'application/json'}));
      $link.download = 'kiosk-' + $today() + '.json';
      $link.click();
      setTimeout(function () { URL.revokeObjectURL($link.href); }, 6e4);
    });
  }
  kiosk.changed = function ($waiting, $refused) {
    $all('._n').forEach(function ($el) { $el.textContent = $waiting; $el.parentNode.hidden = !$waiting && $el.parentNode.dataset.zero != 1; });
    $all('._r').forEach(function ($el) { $el.textContent = $refused; $el.parentNode.hidden = !$refused; });
  };

  /* begin */
  if (location.hash.length > 60) {
    localStorage.pin = location.hash.slice(1);
    history.replaceState(null, '', location.pathname);
  }
  function $update() {
    if ($state == '_start') kiosk.update().then(function ($said) {
      _stopped.hidden = !(_begin.hidden = !!$said.stopped);
      $root.dataset.ready = !!(navigator.serviceWorker && navigator.serviceWorker.controller);
      _ready.hidden = $root.dataset.ready != 'true';
      if ($said.mark && $said.mark != $set.mark && $state == '_start') location.replace('/k/');
    }).catch(function () {});
  }
  $screen('_start');
  $apply();
  if (navigator.serviceWorker) navigator.serviceWorker.register('/k/worker.js', {scope: '/k/'}).then(function () { return navigator.serviceWorker.ready; }).then($update, $update);
  else $update();
  setInterval($update, 3e5);
  kiosk.run('progress', 'getAll').then(function ($held) {
    var $found = $held[0];
    if (!$found) return;
    $answer = $found;
    if (Date.now() - $found.seen > 8e4 || $found.version != $set.version || $found.language != $root.lang) return $breakOff();
    $found.pairs.forEach(function ($pair) {
      $all('[name="' + $pair[0] + '"]', _f).forEach(function ($el) {
        if (/^[cr]/.test($el.type)) $el.checked = $el.checked || $el.value == $pair[1];
        else if ($el.type != 'hidden') $el.value = $el.dataset.was = $pair[1];  /* lists may be filled later */
      });
    });
    _f.dispatchEvent(new Event('reset'));  /* what shows the values of fields looks at them again */
    $screen('_form');
    $apply();
    $show(Math.max($steps.indexOf($doc.getElementById($found.at)), $next(-1, 1)));
  }).catch(function () {}).then(kiosk.send);
})(document);
