/* What a counter tablet keeps until the server has confirmed it. Two IndexedDB stores: `progress` (the answer that is being given)
   and `pending` (answers and break-offs to send). An item leaves `pending` only when the server named it as stored. A refusal counts
   only with our own marker; the item then stays, to be exported. Names that begin with $ are shortened when the file is served. */
var kiosk = (function () {
  var $opened, $tries = 0, $timer, $running, $self = {changed: function () {}};

  function $open() {
    return $opened = $opened || new Promise(function ($done, $failed) {
      var $asked = indexedDB.open('kiosk', 1);
      $asked.onupgradeneeded = function () {
        ['progress', 'pending'].forEach(function ($name) { $asked.result.createObjectStore($name, {keyPath: 'id'}); });
      };
      $asked.onsuccess = function () { $done($asked.result); };
      $asked.onerror = function () { $opened = 0; $failed(); };
    });
  }
  /* done when the transaction is complete, not before */
  function $run($store, $act, $value) {
    return $open().then(function ($db) {
      return new Promise(function ($done, $failed) {
        var $work = $db.transaction($store, 'readwrite', {durability: 'strict'}), $asked = $work.objectStore($store)[$act]($value);
        $work.oncomplete = function () { $done($asked.result); };
        $work.onabort = $failed;
      });
    });
  }

  function $post($path, $body) {
    var $stop = new AbortController(), $limit = setTimeout(function () { $stop.abort(); }, 3e4);
    return fetch('/k/' + $path, {method: 'POST', body: new URLSearchParams($body), signal: $stop.signal}).then(function ($reply) {
      return $reply.json().then(function ($said) {
        clearTimeout($limit);
        if ($said.now) localStorage.offset = $said.now * 1e3 - Date.now();
        $said.status = $reply.status;
        return $said;
      }, function () { return {}; });
    });
  }

  function $one($item) {
    return $post('answers', $item.body).then(function ($said) {
      if ($said.id == $item.id && $said.status == 200 && $said.stored) return $run('pending', 'delete', $item.id);
      if ($said.id != $item.id || $said.status != 400 || !$said.refused) return 1;
      $item.refused = $said.refused;
      return $run('pending', 'put', $item);
    });
  }
  function $waits($item) { return !$item.refused; }
  function $send() {
    clearTimeout($timer);
    return $running = $running || $run('pending', 'getAll').then(function ($all) {
      return $all.filter($waits).reduce(function ($before, $item) {
        return $before.then(function ($left) { return $one($item).then(function ($kept) { return $left || $kept === 1; }); });
      }, Promise.resolve(false));
    }).then(function ($left) { if ($left) throw 0; $tries = 0; }).catch(function () {
      $timer = setTimeout($send, Math.min(Math.pow(2, $tries++), 300) * 1e3);
    }).then(function () { $running = 0; return $tell(); });
  }
  /* the page and, when it changed, the server learn how many wait */
  function $tell() {
    return $run('pending', 'getAll').then(function ($all) {
      var $count = $all.filter($waits).length, $news = $self.day() + ':' + $count;
      $self.changed($count, $all.length - $count);
      if (localStorage.told != $news) return $post('pending', 'n=' + $count).then(function ($said) {
        if ($said.stored) localStorage.told = $news;
      });
    }).catch(function () {});
  }

  $self.run = $run;
  $self.send = $send;
  /* kept first, then sent; done when it is kept */
  $self.add = function ($item) {
    return $run('pending', 'put', $item).then(function () { Promise.resolve($running).then($send); });
  };
  /* days since 1970 in China, by the server's clock as far as it was heard */
  $self.day = function () { return Math.floor((Date.now() + (+localStorage.offset || 0)) / 864e5 + 1 / 3); };
  /* the page and everything it needs, new together or not at all; only between two people */
  $self.update = function () {
    return fetch('/k/files', {cache: 'no-store'}).then(function ($reply) { return $reply.json(); }).then(function ($said) {
      if ($said.stopped || !self.caches) return $said;
      return caches.has($said.mark).then(function ($there) {
        if ($there && localStorage.mark == $said.mark) return [];
        return Promise.all($said.files.map(function ($file) { return fetch($file, {cache: 'no-store'}); }));
      }).then(function ($all) {
        /* a page that another process made a moment ago may still be the old one: later, then */
        if ($all.some(function ($reply) { return !$reply.ok || ($reply.headers.get('X-Kiosk') || $said.mark) != $said.mark; })) throw 0;
        return caches.open($said.mark).then(function ($cache) {
          return Promise.all($all.map(function ($reply, $i) { return $cache.put($said.files[$i], $reply); }));
        });
      }).then(function () { return caches.keys(); }).then(function ($names) {
        localStorage.mark = $said.mark;
        return Promise.all($names.map(function ($name) { return $name != $said.mark && caches.delete($name); }));
      }).then(function () { return $said; });
    });
  };
  addEventListener('online', function () { $tries = 0; $send(); });
  return $self;
})();
