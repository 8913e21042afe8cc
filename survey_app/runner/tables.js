/* Rankings get buttons, amounts a count of what is left, sliders a line. Comes with pages of questionnaires that have them, and
   with counter tablets; without it the fields alone do. Names that begin with $ are shortened when the page is built. */
(function ($doc) {
  var $again = [];
  function $all($css, $in) { return [].slice.call(($in || _f).querySelectorAll($css)); }

  /* every rank stands in one place only; the list is sorted by it */
  $all('.rank').forEach(function ($list) {
    var $rows = $all('li', $list), $said = $list.nextSibling;
    function $field($row) { return $all('select,input', $row)[0]; }
    function $rank($row) { return +$field($row).value; }
    function $note() { $rows.forEach(function ($row) { $row.$was = $field($row).value; }); }
    function $move($row, $by, $button) {
      var $order = $rows.filter($rank).sort(function ($a, $b) { return $rank($a) - $rank($b); }), $at = $order.indexOf($row);
      if ($at < 0) {
        if ($by > 0) return;
        $order.splice($list.dataset.rank - 1);
        $order.push($row);
      } else if ($order[$at + $by]) {
        $order[$at] = $order[$at + $by];
        $order[$at + $by] = $row;
      }
      $rows.forEach(function ($el) { $field($el).value = $order.indexOf($el) + 1 || ''; });
      $order.concat($rows.filter(function ($el) { return !$rank($el); })).forEach(function ($el) { $list.appendChild($el); });
      $note();
      $button.focus();
      $said.textContent = $all('label', $row)[0].textContent + ' ' + $rank($row);
    }
    $rows.forEach(function ($row) {
      [-1, 1].forEach(function ($by) {
        var $button = $doc.createElement('button');
        $button.type = 'button';
        $button.className = 'link';
        $button.textContent = $by < 0 ? '↑' : '↓';
        $button.setAttribute('aria-label', $list.dataset[$by < 0 ? 'up' : 'down'] + ' ' + $all('label', $row)[0].textContent);
        $button.onclick = function () { $move($row, $by, $button); };
        $row.appendChild($button);
      });
      $field($row).onchange = function () {
        var $now = $rank($row);
        if ($now) $rows.forEach(function ($el) { if ($el != $row && $rank($el) == $now) $field($el).value = $row.$was; });
        $note();
      };
    });
    $again.push($note);
  });

  $all('.sums').forEach(function ($box) {
    var $rest = $all('.rest', $box)[0], $data = $rest.dataset;
    function $plain($n) { return Math.round($n * 1e6) / 1e6; }
    $again.push($box.oninput = function () {
      var $sum = $all('input', $box).reduce(function ($n, $el) { return $n + (parseFloat($el.value) || 0); }, 0);
      $rest.textContent = $sum ? $data.say.replace('#', $plain($sum)).replace('@', $plain($data.total - $sum)) : '';
    });
  });

  /* nothing is chosen before the line is touched */
  $all('.slide').forEach(function ($box) {
    var $inputs = $all('input', $box), $line = $inputs[0], $number = $inputs[1], $unsure = $inputs[2] || {};
    function $show() {
      var $given = $number.value.trim();
      $line.className = $given ? '' : 'none';
      if ($given) { $line.value = $given; $line.removeAttribute('aria-valuetext'); }
      else $line.setAttribute('aria-valuetext', $line.dataset.none);
    }
    $line.hidden = false;
    $line.oninput = $line.onclick = function () { $number.value = $line.value; $unsure.checked = false; $show(); };
    $line.onchange = function ($e) {
      $e.stopPropagation();
      $number.dispatchEvent(new Event('change', {bubbles: true}));
    };
    $number.oninput = function () { if ($number.value) $unsure.checked = false; $show(); };
    $unsure.onclick = function () { if ($unsure.checked) $number.value = ''; $show(); };
    $again.push($show);
  });

  function $refresh() { $again.forEach(function ($do) { $do(); }); }
  _f.addEventListener('reset', function () { setTimeout($refresh); });
  $refresh();
})(document);
