/* Serves the cached page of a counter tablet. It fills no cache: the page does, between two people. */
oninstall = function () { skipWaiting(); };
onactivate = function ($e) { $e.waitUntil(clients.claim()); };
onfetch = function ($e) {
  var $asked = $e.request;
  if ($asked.method == 'GET' && $asked.cache != 'no-store') $e.respondWith(
    caches.match($asked, {ignoreVary: true}).then(function ($found) { return $found || fetch($asked); })
  );
};
