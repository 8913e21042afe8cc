/* Lists that depend on each other: province, city, district. Comes with pages that ask for them, and with counter tablets; without
   it, or without its file, a page turn offers the next list. Names that begin with $ are shortened when the page is built. */
(function ($doc) {
  [].forEach.call($doc.querySelectorAll('.region[data-src]'), function ($box) {
    var $lists = $box.querySelectorAll('select'), $data = {}, $call = new XMLHttpRequest();

    /* the places below one, as [code, name]; cities are the level below a province that has any */
    function $below($code, $level) {
      var $found = [], $cities;
      ($data[$code] || '').replace(/(\d+)(\D+)/g, function ($all, $end, $name) {
        $cities = $cities || /00$/.test($end);
        $found.push([$code.slice(0, 6 - $end.length) + $end, $name]);
      });
      return /0000$/.test($code) && $level < 2 != !!$cities ? [] : $found;
    }
    /* a list with nothing to choose from holds the place above, unseen */
    function $fill($level) {
      var $list = $lists[$level], $field = $list.parentNode, $above = $lists[$level - 1].value, $offered = $below($above, $level),
        $was = $list.value || $list.dataset.was, $error = $field.querySelector('.err'), $last = $list.options[$list.length - 1];
      $list.length = 1;
      ($offered[0] ? $offered : $above ? [[$above, '']] : []).forEach(function ($place) {
        var $option = $doc.createElement('option');
        $option.value = $place[0];
        $option.text = $place[1];
        if (/[\u4e00-\u9fff]/.test($place[1])) $option.lang = 'zh-CN';
        $list.add($option);
      });
      if ($last.value == 'refused') $list.add($last);
      $list.value = $offered[0] ? $was : $above;
      if ($list.selectedIndex < 0) $list.value = '';
      delete $list.dataset.was;
      $list.disabled = false;
      $field.hidden = !$offered[0];
      if ($box.dataset.must) $error.className = $offered[0] ? 'err req' : 'err';
      if ($lists[$level + 1]) $fill($level + 1);
    }
    function $again() { if ($data.$read) $fill(1); }

    $box.addEventListener('change', function ($e) {
      var $level = [].indexOf.call($lists, $e.target) + 1;
      if ($data.$read && $lists[$level]) $fill($level);
    });
    _f.addEventListener('reset', function () { setTimeout($again); });
    $call.onload = function () {
      try { $data = JSON.parse($call.responseText); $data.$read = 1; $again(); } catch ($e) {}
    };
    $call.open('GET', $box.dataset.src);
    $call.send();
  });
})(document);
