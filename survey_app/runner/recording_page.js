/* Records one answer. Written for old WebViews (ES5); what is missing is said in words and the person goes back.
   _m words and limits, _r start and stop, _w what happens, _p to listen, _u the recording as base64url, _g use it, _v the
   consent: it comes before the first second. */
(function ($doc) {
  var $data = _m.dataset, $recorder, $parts, $size, $timer, $stream;

  function $say($text) { _w.textContent = $text; }
  function $keep() {
    var $blob = new Blob($parts, {type: $recorder.mimeType}), $reader = new FileReader();
    clearTimeout($timer);
    $stream.getTracks().forEach(function ($track) { $track.stop(); });
    $reader.onload = function () {
      _u.value = $reader.result.split(',').pop().replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '');
      _p.src = URL.createObjectURL($blob);
      _p.hidden = _g.hidden = false;
      _r.textContent = $data.again;
      _r.className = 'link';
      $say($data.done);
    };
    $reader.readAsDataURL($blob);
  }
  function $begin($got) {
    $stream = $got;
    $parts = [];
    $size = 0;
    $recorder = new MediaRecorder($got, {audioBitsPerSecond: 16e3});
    $recorder.ondataavailable = function ($e) {
      $parts.push($e.data);
      $size += $e.data.size;
      if ($size > $data.bytes * .9 && $recorder.state == 'recording') $recorder.stop();
    };
    $recorder.onstop = $keep;
    $recorder.start(1000);
    $timer = setTimeout(function () { if ($recorder.state == 'recording') $recorder.stop(); }, $data.most * 1000);
    _r.textContent = $data.stop;
    _r.className = 'go';
    _g.hidden = _p.hidden = true;
    $say($data.running);
  }
  if (!self.MediaRecorder || !navigator.mediaDevices) return $say($data.none);
  _r.hidden = false;
  _r.onclick = function () {
    if ($recorder && $recorder.state == 'recording') return $recorder.stop();
    if (!_v.checked) {
      _v.focus();
      return $say($data.agree);
    }
    navigator.mediaDevices.getUserMedia({audio: true}).then($begin, function () { $say($data.refused); });
  };
})(document);
