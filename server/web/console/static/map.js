// The map: outlines and marks of our own server on a blank ground, or on tiles where the operator named a source.
// The table below says the same without it. Whatever comes from the server is shown as text, never as markup.
"use strict";

(() => {
  const holder = document.getElementById("map");
  const status = document.getElementById("map-status");
  const known = JSON.parse(holder.dataset.known);
  const { words } = known;
  const urgent = known.states.map(([state]) => state);
  const signs = Object.fromEntries(known.states.map(([state, sign]) => [state, sign]));
  const states = Object.fromEntries(known.states.map(([state, , name]) => [state, name]));
  holder.hidden = false;

  const make = (tag, className, text) => {
    const made = document.createElement(tag);
    if (className) made.className = className;
    if (text !== undefined) made.textContent = text;
    return made;
  };
  const number = (amount) => amount.toLocaleString(document.documentElement.lang);

  const map = L.map(holder, { zoomControl: false, minZoom: 5, maxZoom: 19, zoomSnap: 0.5, scrollWheelZoom: false, attributionControl: false });
  L.control.zoom({ position: "bottomright", zoomInTitle: words.zoom_in, zoomOutTitle: words.zoom_out }).addTo(map);
  // A wheel over a map that nobody chose scrolls the page.
  map.on("focus click", () => map.scrollWheelZoom.enable());
  map.on("blur", () => map.scrollWheelZoom.disable());
  if (known.tiles) {
    L.tileLayer(known.tiles).addTo(map);
    if (known.credit) L.control.attribution({ prefix: false }).addTo(map).addAttribution(make("span", "", known.credit).outerHTML);
  }
  map.createPane("names").style.zIndex = 450; // between outlines and marks
  map.fitBounds(known.box, { padding: [24, 24], maxZoom: 15, animate: false });

  if (known.outlines) {
    fetch(known.outlines)
      .then((answer) => (answer.ok ? answer.json() : Promise.reject(answer)))
      .then((drawn) => {
        const few = drawn.features.length <= 12;
        L.geoJSON(drawn, {
          style: { className: "outline" },
          interactive: false,
          onEachFeature: (feature, layer) => {
            if (few) layer.bindTooltip(make("span", "", feature.properties.name), { permanent: true, direction: "center", pane: "names", className: "outline-name" });
          },
        }).addTo(map).bringToBack();
      })
      .catch(() => {});
  }

  const colour = (state) => getComputedStyle(document.querySelector(`.sign-${state}`)).color;
  const colours = Object.fromEntries(urgent.map((state) => [state, colour(state)]));

  const amountOf = (mark) => mark.kinds.reduce((whole, [, amount]) => whole + amount, 0);
  const inWords = (mark) => mark.kinds.map(([state, amount]) => `${states[state]}: ${number(amount)}`).join(", ");

  function ring(mark) {
    const whole = amountOf(mark);
    let done = 0;
    const parts = mark.kinds.map(([state, amount]) => {
      const from = done;
      done += amount;
      return `${colours[state]} ${(from / whole) * 360}deg ${(done / whole) * 360}deg`;
    });
    return `conic-gradient(${parts.join(", ")})`;
  }

  function icon(mark) {
    const whole = amountOf(mark);
    const size = whole === 1 ? 30 : Math.min(62, 36 + 5 * Math.floor(Math.log10(whole) * 2));
    const first = urgent.find((state) => mark.kinds.some(([one]) => one === state));
    const face = make("span");
    const sign = make(whole === 1 ? "b" : "small", `sign-${first}`, signs[first]);
    face.append(sign);
    if (whole > 1) face.append(make("b", "", number(whole)));
    return L.divIcon({ className: "spot", html: face, iconSize: [size, size] });
  }

  function told(mark) {
    const box = make("div");
    if (mark.name) box.append(make("strong", "", mark.name));
    const list = make("ul");
    for (const [state, amount] of mark.kinds) {
      const line = make("li");
      line.append(make("span", `sign sign-${state}`, signs[state]), ` ${states[state]}: ${number(amount)}`);
      list.append(line);
    }
    box.append(list);
    const leads = mark.record ? "record" : "list";
    if (mark[leads]) {
      const link = make("a", "", words[leads]);
      link.href = mark[leads];
      box.append(link, " ");
    }
    if (!mark.record && map.getZoom() < map.getMaxZoom()) {
      const closer = make("button", "", words.closer);
      closer.type = "button";
      closer.addEventListener("click", () => {
        map.closePopup();
        map.setView(mark.at, Math.min(map.getMaxZoom(), map.getZoom() + 2));
        holder.focus({ preventScroll: true });
      });
      box.append(closer);
    }
    return box;
  }

  function open(mark) {
    const popup = L.popup({ maxWidth: 260 }).setLatLng(mark.at).setContent(told(mark)).openOn(map);
    const shut = popup.getElement().querySelector(".leaflet-popup-close-button");
    shut.title = words.close;
    shut.setAttribute("aria-label", words.close);
    popup.getElement().addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      map.closePopup();
      holder.focus({ preventScroll: true });
    });
    popup.getElement().querySelector("a, button")?.focus({ preventScroll: true });
  }

  const layer = L.layerGroup().addTo(map);

  function draw(found) {
    layer.clearLayers();
    for (const mark of found.marks) {
      const pin = L.marker(mark.at, { icon: icon(mark), riseOnHover: true });
      pin.on("click", () => open(mark));
      pin.addTo(layer);
      const drawn = pin.getElement();
      drawn.style.backgroundImage = ring(mark);
      drawn.addEventListener("keydown", (event) => {
        if (event.key !== "Enter" && event.key !== " ") return;
        event.preventDefault();
        open(mark);
      });
      drawn.setAttribute("aria-label", [mark.name, inWords(mark)].filter(Boolean).join(". "));
    }
    const whole = found.marks.reduce((sum, mark) => sum + amountOf(mark), 0);
    status.textContent = (found.bounded ? words.bounded : words.shown).replace("%count%", number(whole));
  }

  let asking = null;
  function ask() {
    asking?.abort();
    asking = new AbortController();
    const seen = map.getBounds().pad(0.1);
    const box = [seen.getWest(), seen.getSouth(), seen.getEast(), seen.getNorth()].map((one) => one.toFixed(5)).join(",");
    const address = new URL(known.marks, location.href);
    address.searchParams.set("box", box);
    address.searchParams.set("zoom", Math.floor(map.getZoom()));
    status.textContent = words.loading;
    fetch(address, { signal: asking.signal })
      .then((answer) => (answer.ok && !answer.redirected ? answer.json() : Promise.reject(answer)))
      .then(draw)
      .catch((fault) => {
        if (fault.name !== "AbortError") status.textContent = words.failed;
      });
  }
  map.on("zoomstart", () => map.closePopup()); // what it tells of is other marks at another zoom
  map.on("moveend", ask);
  ask();
})();
