/* The editor; without it its forms and links work alone. */
(() => {
  "use strict";
  var doc = document, body = doc.body, data = body.dataset, acts = $("#acts");
  var saved = $("#saved"), dirty = new Set(), queue = Promise.resolve(), tries = 0, retry, at = "";
  var FIELD = '[name^="f:"]';
  function on(name, act) { doc.addEventListener(name, act, name === "submit"); }
  function $(selector, root) { return (root || doc).querySelector(selector); }
  function all(selector, root) { return Array.from((root || doc).querySelectorAll(selector)); }
  function say(text) { if (text) $("#say").textContent = text; }
  function card(id) { return id && $("#n-" + id); }

  /* typed words and new rows stay when a card is drawn again */
  Idiomorph.defaults.callbacks.beforeAttributeUpdated = (name, el) => { return !(name === "value" && el.value !== el.defaultValue); };
  Idiomorph.defaults.callbacks.beforeNodeRemoved = node => !(node.classList && node.classList.contains("temp"));
  function morphs(style) { return style === "morph" || style === "morph:outerHTML"; }
  htmx.defineExtension("morph", {
    isInlineSwap: morphs,
    handleSwap: (style, target, fragment) => { return morphs(style) && Idiomorph.morph(target, fragment.children, {morphStyle: "outerHTML"}); }
  });

  function revision(el) { return (el && el.closest("[data-rev]") || acts).dataset.rev; }

  /* saving */
  function valueOf(el) { return el.type === "checkbox" ? (el.checked ? el.value : "") : el.value; }
  function clean(el, value) {
    el.defaultChecked = el.checked;
    if (!/checkbox|radio/.test(el.type)) el.defaultValue = value;
    all("option", el).forEach(o => { o.defaultSelected = o.selected; });
  }
  function state(name, time) {
    saved.className = name;
    saved.textContent = name === "saved" ? data.saved.replace("{at}", at = time || at) : data[name] || "";
  }
  function show() {
    var failed = $(FIELD + "[aria-invalid]");
    if (!dirty.size) state(failed ? "refused" : at ? "saved" : "");
  }
  function later(el, wait) {
    clearTimeout(el._timer);
    if (el.closest(".temp")) return;
    dirty.add(el);
    state("saving");
    el._timer = setTimeout(save, wait, el);
  }
  function slot(el, html) {
    var place = el.closest(".field,li,.ends>div,.qt,.hint") || el.parentNode, found = $(":scope>.slot", place);
    if (!found) {
      if (!html) return;
      found = doc.createElement("div");
      found.className = "slot";
      place.appendChild(found);
    }
    found.innerHTML = html;
    if (!html) found.remove();
    else found._field = el;
  }
  function save(el, force) {
    clearTimeout(el._timer);
    if (el._sending) { el._again = true; return el._sending; }
    if (!dirty.has(el) && !force) return Promise.resolve();
    var part = el.name.split(":"), value = valueOf(el), form = new URLSearchParams({
      csrf_token: acts.elements.csrf_token.value, page: data.page, rev: revision(el), node: part[1], key: part[2],
      index: part[4] ? part[3] : "", language: part[4] || part[3] || "", value: value, force: force ? "1" : ""
    });
    state("saving");
    el._sending = fetch(data.base + "/fields", {
      method: "POST", body: form, keepalive: value.length < 20000, headers: {"HX-Request": "true", "X-Page": data.page}
    }).then(answer => {
      if (answer.redirected || answer.headers.get("HX-Redirect") || answer.status === 401) throw "expired";
      if (answer.status >= 500 || answer.status === 429) throw "unsent";
      return answer.text().then(html => [answer, html]);
    }).then(got => { tries = 0; return got; }, why => {
      state(why === "expired" ? "expired" : "unsent");
      clearTimeout(retry);
      retry = setTimeout(flush, Math.min(15000, 1000 * Math.pow(2, tries++)));
    }).then(got => {
      el._sending = null;
      if (got) settle(el, value, got[0], got[1]);
      if (el._again) { el._again = false; return save(el); }
    });
    return el._sending;
  }
  function settle(el, value, answer, html) {
    if (valueOf(el) === value) dirty.delete(el);
    else el._again = true;
    if (answer.ok) {
      el.removeAttribute("aria-invalid");
      clean(el, value);
      slot(el, "");
      heard(answer.headers.get("HX-Trigger"), el);
      at = at || new Date().toTimeString().slice(0, 5);
    } else {
      el.setAttribute("aria-invalid", "true");
      slot(el, answer.status === 409 || answer.status === 422 ? html : "");
      htmx.process(el.parentNode);
    }
    show();
  }
  function heard(header, el) {
    var events = JSON.parse(header), change = events["draft-changed"];
    if (change) { at = change.at; change.field = el && el.closest("#canvas") ? el : null; }
    Object.keys(events).forEach(name => { htmx.trigger(body, name, events[name] || {}); });
  }
  function flush() {
    return Promise.all(Array.from(dirty).filter(el => {
      if (!el.isConnected) dirty.delete(el);
      return el.isConnected;
    }).map(el => save(el)));
  }
  function instant(el) { return el.matches("select,[type=checkbox],[type=radio]"); }
  on("input", event => {
    var el = event.target;
    if (!el.matches(FIELD)) return filter(el);
    grow(el);
    if (event.isComposing) return;
    if (el.value === el.defaultValue && el.matches("textarea") && !el._sending && !el.hasAttribute("aria-invalid")) { clearTimeout(el._timer); dirty.delete(el); show(); }
    else later(el, instant(el) ? 0 : 800);
    label(el);
  });
  on("compositionend", event => { if (event.target.matches(FIELD)) { later(event.target, 800); label(event.target); } });
  on("change", event => { if (event.target.matches(FIELD) && instant(event.target)) later(event.target, 0); });
  on("focusout", event => { if (dirty.has(event.target)) save(event.target); });
  window.addEventListener("online", flush);
  window.addEventListener("pagehide", flush);
  on("visibilitychange", () => { if (doc.hidden) flush(); });
  window.addEventListener("beforeunload", event => {
    if ($(".temp") || Array.from(dirty).some(el => el.isConnected)) { flush(); event.preventDefault(); }
  });
  function label(el) {
    var part = el.name.split(":"), line = (part[2] === "text" || part[2] === "title") && $("#o-" + part[1] + " span,#op-" + part[1] + " span");
    if (line) line.textContent = el.value.slice(0, 60);
    if (el.name.indexOf("f:root:title:") === 0) $(".ed h1").textContent = el.value;
  }
  var sizes = window.CSS && CSS.supports("field-sizing", "content");
  function grow(el) {
    if (sizes || !el.classList.contains("t")) return;
    el.style.height = "auto";
    el.style.height = el.scrollHeight + "px";
  }

  /* acts */
  function act(values) {
    return queue = queue.then(flush).then(() => {
      if (dirty.size) { say(data.unsent); return false; }
      var el = doc.activeElement, name = el.name, from = el.selectionStart, area = el.closest("#canvas,#pane"), box = card(values.do.split(":")[1]);
      values.rev = revision(box);
      values.language = data.language;
      act._failed = false;
      return htmx.ajax("POST", acts.action, {source: acts, values: values, swap: "none"}).then(() => {
        var wanted = $("#canvas [data-focus]"), back = null;
        if (name === "do") back = $('#canvas button[value="' + el.value + '"]') || $('#n-' + data.node + ' button[value^="' + el.value.split(":")[0] + ':"]');
        else if (name) back = $('[name="' + name + '"]', area) || area && area.id === "canvas" && card(data.node) && $("textarea", card(data.node));
        if (wanted) {
          wanted.removeAttribute("data-focus");
          wanted.focus();
        } else if (back && doc.activeElement === body) {
          back.focus();
          if (back.tagName === "TEXTAREA") back.setSelectionRange(from, from);
        }
        return !act._failed;
      });
    }).catch(() => false);
  }
  function failed() { act._failed = true; }
  on("htmx:sendError", failed);
  on("htmx:responseError", failed);
  body.addEventListener("done", event => {
    var told = event.detail;
    step("undo", told.undo);
    step("redo", told.redo);
    say(told.say);
    if (told.node) select(told.node, true);
    if (told.at && card(told.at)) card(told.at).scrollIntoView({block: "nearest"});
  });
  function step(name, words) {
    var button = $("#" + name);
    button.disabled = !words;
    button.title = button.dataset.words + (words && " · " + words);
  }
  body.addEventListener("draft-changed", event => {
    var told = event.detail;
    at = told.at;
    show();
    if (told.undo) { step("undo", told.undo); step("redo", ""); }
    if (!told.drawn || !$(".toast[data-undo]:last-child")) all(".toast[data-undo]").forEach(line => { line.remove(); });
    if (told.drawn || told.field) return shared(told);
    told.nodes.forEach(redraw);
  });
  function shared(told) {
    if (!told.field) return;
    all(FIELD).forEach(el => {
      if (el !== told.field && el.name === told.field.name && el.value === el.defaultValue) { el.value = el.defaultValue = told.field.value; grow(el); }
    });
  }
  function redraw(id) {
    var box = card(id);
    if (!box) {
      all('[data-scale="' + id + '"]').forEach(one => { redraw(one.dataset.id); });
      return;
    }
    if (!box.matches("article,header")) return;
    htmx.ajax("GET", data.base + "/editor/cards/" + id + "?language=" + data.language + (box.classList.contains("on") ? "&on=1" : ""), {source: box, target: box, swap: "morph:outerHTML"});
  }

  /* selecting */
  function address() {
    return data.base + "/editor?node=" + data.node + "&pane=" + data.pane + "&language=" + data.language;
  }
  function select(id, quietly) {
    if (!id || id === data.node && !quietly) return;
    var other = id !== data.node;
    data.node = id;
    all(".on").forEach(el => el.classList.toggle("on", el.dataset.id === id));
    if (card(id)) { card(id).classList.add("on"); equip(card(id).closest("article")); }
    all("#outline [aria-current]").forEach(el => { el.removeAttribute("aria-current"); });
    var line = $('#outline [data-go="' + id + '"]');
    if (line) { line.setAttribute("aria-current", "true"); line.scrollIntoView({block: "nearest"}); }
    history.replaceState(null, "", address());
    if (other) { clearTimeout(select._timer); select._timer = setTimeout(pane, 120); }
  }
  function pane() {
    all(".panetabs a").forEach(el => {
      el.href = el.dataset.address + "?node=" + data.node;
      if (el.dataset.pane === data.pane) el.setAttribute("aria-current", "true");
      else el.removeAttribute("aria-current");
    });
    var tab = $(".panetabs [aria-current]"), looks = all("#preview [data-look]").map(el => "&" + el.name + "=" + el.value).join("");
    if (!$(".right-pane").offsetParent) { pane._due = true; return; }
    pane._due = false;
    htmx.ajax("GET", tab.dataset.address + "?node=" + data.node + "&language=" + data.language + looks, {source: $("#pane"), target: "#pane", swap: "innerHTML"});
  }
  function view(name) {
    data.view = name;
    all(".views button").forEach(el => { el.setAttribute("aria-pressed", el.dataset.view === name); });
    if (name === "pane" && pane._due) pane();
  }
  function go(id) {
    var box = card(id);
    if (!box) return false;
    if (data.view === "outline") view("canvas");
    select(id);
    box.scrollIntoView({block: "start"});
    var field = $(".title,.ptitle", box);
    if (field) field.focus({preventScroll: true});
    return true;
  }
  on("focusin", event => {
    var box = event.target.closest("#canvas [data-id]:is(article,header)");
    if (box) select(box.dataset.id);
  });

  /* pointing */
  on("click", event => {
    var hit = event.target.closest('button[form="acts"],[data-types],[data-go],[data-modal],.panetabs [data-pane],.views [data-view],[data-shut],[data-mine],[data-theirs],#canvas article,#canvas header');
    if (!hit || event.ctrlKey || event.metaKey || event.shiftKey) return;
    var set = hit.dataset;
    if (hit.matches('button[form="acts"]')) {
      event.preventDefault();
      var box = hit.closest("dialog");
      if (box) box.close();
      if (hit.closest(".toast")) hit.closest(".toast").remove();
      act({do: hit.value.replace("add::", "add:" + (types._anchor || "") + ":")});
    } else if (set.types !== undefined) { event.preventDefault(); open(set.types); }
    else if (set.go) { if (go(set.go)) event.preventDefault(); }
    else if (hit.hasAttribute("data-modal")) {
      event.preventDefault();
      htmx.ajax("GET", hit.href, {target: "#modal", swap: "innerHTML"});
    } else if (set.pane) { event.preventDefault(); data.pane = set.pane; history.replaceState(null, "", address()); pane(); }
    else if (set.view) view(set.view);
    else if (hit.hasAttribute("data-shut")) hit.closest("dialog").close();
    else if (hit.hasAttribute("data-mine") || hit.hasAttribute("data-theirs")) choose(hit, event);
    else if (hit.dataset.id && !event.target.closest("a,button,textarea,input,label,summary")) select(hit.dataset.id);
  });
  function choose(hit, event) {
    var place = hit.closest(".slot"), el = place && place._field;
    if (!el) return;
    event.preventDefault();
    if (hit.hasAttribute("data-mine")) { dirty.add(el); save(el, true); }
    else {
      el.value = hit.dataset.value;
      clean(el, el.value);
      el.dataset.rev = hit.dataset.rev;
      el.removeAttribute("aria-invalid");
      dirty.delete(el);
      slot(el, "");
      grow(el);
      label(el);
      show();
    }
    el.focus();
  }
  on("submit", event => {
    var form = event.target;
    if (form.matches("#texts,#pane form[data-rev]") && !form.hasAttribute("hx-post")) { event.preventDefault(); flush(); }
    if (!form.hasAttribute("data-act")) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    var values = {};
    new FormData(form).forEach((value, key) => { if (key !== "csrf_token" && key !== "rev") values[key] = value; });
    form.closest("dialog").remove();
    act(values);
  });

  /* types */
  var types = $("#types"), find = $("#types-find"), seek = $("#find");
  function open(anchor) {
    types._anchor = anchor;
    find.value = "";
    filter(find);
    types.showModal();
    find.focus();
  }
  function shown() { return all("li:not([hidden]) button", types); }
  function filter(el) {
    var words = el.value.trim().toLowerCase();
    if (el === find) {
      all("li", types).forEach(line => { line.hidden = words && line.dataset.s.indexOf(words) < 0; });
      all("section", types).forEach(part => { part.hidden = !$("li:not([hidden])", part); });
      $("#types-none").hidden = shown().length > 0;
    } else if (el === seek) all("#outline ol ol li").forEach(line => {
      line.hidden = words && line.textContent.toLowerCase().indexOf(words) < 0;
    });
  }
  types.addEventListener("keydown", event => {
    var list = shown(), index = list.indexOf(doc.activeElement), key = event.key, step = key === "ArrowDown" ? 1 : key === "ArrowUp" ? -1 : 0;
    if (step && list.length) { event.preventDefault(); (list[index + step] || (step > 0 ? list[0] : find)).focus(); }
    else if (key === "Enter" && doc.activeElement === find && !event.isComposing && list[0]) { event.preventDefault(); list[0].click(); }
  });
  types.addEventListener("click", event => { if (event.target === types) types.close(); });

  /* typing */
  function rowAfter(li) {
    var list = li.closest("[data-list]"), fresh = doc.createElement("li"), field = doc.createElement("textarea");
    var id = Array.from(crypto.getRandomValues(new Uint8Array(4)), n => (n + 256).toString(16).slice(1)).join("");
    fresh.className = "temp";
    fresh.id = "n-" + (fresh.dataset.id = id);
    field.className = "t";
    field.rows = 1;
    field.name = "f:" + id + ":text:" + data.language;
    field.setAttribute("aria-label", $("textarea", li).getAttribute("aria-label"));
    all("i", li).forEach(mark => { fresh.appendChild(mark.cloneNode()); });
    fresh.appendChild(doc.createElement("div")).appendChild(field);
    li.after(fresh);
    field.focus();
    act({do: "child:" + list.dataset.owner + ":" + list.dataset.list, after: li.dataset.id, fresh: id}).then(ok => {
      if (!ok) return;
      fresh.classList.remove("temp");
      if (field.value !== field.defaultValue) later(field, 300);
    });
  }
  function near(el, step) {
    var fields = all("textarea", el.closest("article,header")), index = fields.indexOf(el) + step;
    if (fields[index]) { fields[index].focus(); return true; }
  }
  on("keydown", event => {
    var el = event.target, key = event.key, control = event.ctrlKey || event.metaKey, field = el.matches("textarea.t");
    if (event.isComposing || event.keyCode === 229) return;
    var item = field && el.closest("[data-list]>li"), typing = el.matches("input,textarea,select");
    if (key === "F6") {
      event.preventDefault();
      var areas = all(".left,#main,.right-pane").filter(one => one.offsetParent), here = areas.indexOf(el.closest(".left,#main,.right-pane"));
      var there = areas[event.shiftKey ? (here < 1 ? areas.length : here) - 1 : (here + 1) % areas.length];
      ($("#outline [aria-current],.on textarea,.panetabs [aria-current]", there) || $("a,textarea", there)).focus();
    } else if (control && key === "Enter") { event.preventDefault(); open(data.node); }
    else if (control && !event.shiftKey && key.toLowerCase() === "s") { event.preventDefault(); flush().then(() => { if (!dirty.size) { saved.textContent = data.always; saved.className = "saved"; } }); }
    else if (control && key.toLowerCase() === "d" && data.node !== "root") { event.preventDefault(); act({do: "duplicate:" + data.node}); }
    else if (control && !event.altKey && /^[zy]$/i.test(key)) {
      if (typing && (el.value !== el.defaultValue || !el.name && !field)) return;
      event.preventDefault();
      act({do: event.shiftKey || key.toLowerCase() === "y" ? "redo" : "undo"});
    } else if (event.altKey && !control && (key === "ArrowUp" || key === "ArrowDown")) {
      var id = item && item.dataset.id || data.node;
      if (id && id !== "root" && (el.closest("#canvas,#outline") || el === body)) { event.preventDefault(); act({do: (key === "ArrowUp" ? "up:" : "down:") + id}); }
    } else if (field && key === "Enter" && !event.shiftKey && !event.altKey && el.closest("#canvas")) {
      event.preventDefault();
      if (item) rowAfter(item);
      else near(el, 1);
    } else if (item && key === "Backspace" && !el.value && item.parentNode.children.length > 1) {
      event.preventDefault();
      near(el, -1) || near(el, 1);
      dirty.delete(el);
      act({do: "remove:" + item.dataset.id});
    } else if (item && (key === "ArrowUp" || key === "ArrowDown") && !event.shiftKey) {
      var edge = key === "ArrowUp" ? !el.value.slice(0, el.selectionStart).includes("\n") : !el.value.slice(el.selectionEnd).includes("\n");
      if (edge && near(el, key === "ArrowUp" ? -1 : 1)) event.preventDefault();
    } else if (!typing && !control && !event.altKey) {
      if (key === "?") { event.preventDefault(); $("#help").togglePopover(); }
      else if (key === "/" && seek.offsetParent) { event.preventDefault(); seek.focus(); }
    }
  });
  on("paste", event => {
    var el = event.target, item = el.closest && el.closest("[data-list]>li");
    if (!item || !el.matches("textarea.t")) return;
    var lines = event.clipboardData.getData("text/plain").split(/\r?\n/).filter(line => line.trim());
    if (lines.length < 2) return;
    event.preventDefault();
    if (el.value) doc.execCommand("insertText", false, lines.shift());
    act({do: "paste:" + item.dataset.id, lines: lines.join("\n")});
  });

  /* dragging */
  function equip(box) {
    var id = box && box.dataset.id;
    if (!id || id === "root" || $(".acts", box)) return;
    $(".qf", box).insertAdjacentHTML("beforeend", $("#tools").innerHTML.replace(/00000000/g, id));
    box.insertAdjacentHTML("beforeend", $("#plus").innerHTML.replace(/00000000/g, id));
  }
  on("pointerover", event => {
    if (event.target.closest) equip(event.target.closest("#canvas article"));
    var list = event.target.closest && event.target.closest("[data-sortable]");
    if (!list || list._sortable || !window.Sortable) return;
    var outline = list.closest("#outline"), items = list.dataset.list;
    list._sortable = new Sortable(list, {
      group: list.dataset.sortable, animation: 120, delay: outline ? 120 : 0, delayOnTouchOnly: true, scroll: true,
      draggable: outline || items ? "li" : ".q", handle: outline ? null : items ? ".li .grip" : ".q>.grip",
      ghostClass: "ghost",
      onEnd: drop => {
        var before = drop.item.previousElementSibling, id = drop.item.dataset.id;
        if (drop.from === drop.to && drop.oldIndex === drop.newIndex) return;
        act({do: "move:" + id, anchor: before && before.dataset.id || drop.to.dataset.owner || drop.to.dataset.id});
      }
    });
  });
  on("htmx:configRequest", event => {
    event.detail.headers["X-Page"] = data.page;
    if (/\/editor\/outline$/.test(event.detail.path)) { event.detail.parameters.node = data.node; event.detail.parameters.language = data.language; }
  });
  on("htmx:oobErrorNoTarget", () => { flush().then(() => { location.reload(); }); });
  on("htmx:afterSettle", event => {
    all("textarea.t", event.target).forEach(grow);
    if (event.target.id === "outline") dirty.forEach(label);
  });

  view("canvas");
  if (!sizes) all("textarea.t").forEach(grow);
  pane();
  if (location.search.indexOf("node=") > 0 && card(data.node)) card(data.node).scrollIntoView({block: data.node === "root" ? "nearest" : "start"});
})();
