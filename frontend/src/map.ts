// The wish map: MapLibre on the county outline, or on a configured tile provider. Everything on it is in the list beside it too.
import { addProtocol, LngLatBounds, Map as GlMap, NavigationControl, Popup, setWorkerUrl, type GeoJSONSource, type StyleSpecification } from "maplibre-gl";

void addProtocol;

interface Found {
  type: "FeatureCollection";
  features: { geometry: { coordinates: [number, number] }; properties: Record<string, string | number | null> }[];
}

const css = (name: string): string => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

function baseStyle(element: HTMLElement): StyleSpecification {
  const style: StyleSpecification = {
    version: 8,
    sources: { outline: { type: "geojson", data: element.dataset.outline ?? "" } },
    layers: [
      { id: "ground", type: "background", paint: { "background-color": css("--sunken") } },
      { id: "county", type: "fill", source: "outline", paint: { "fill-color": css("--card") } },
      { id: "border", type: "line", source: "outline", paint: { "line-color": css("--line-strong"), "line-width": 1.2 } },
    ],
  };
  if (element.dataset.tiles) {
    style.sources.tiles = { type: "raster", tiles: [element.dataset.tiles], tileSize: 256, attribution: element.dataset.attribution ?? "" };
    style.layers.splice(1, 1, { id: "tiles", type: "raster", source: "tiles" });
  }
  return style;
}

function draw(element: HTMLElement): void {
  setWorkerUrl(element.dataset.worker ?? "");
  const bounds = (element.dataset.bounds ?? "90.9,29.5,91.45,29.85").split(",").map(Number) as [number, number, number, number];
  const map = new GlMap({
    container: element,
    style: baseStyle(element),
    bounds: new LngLatBounds(bounds),
    fitBoundsOptions: { padding: 24 },
    maxZoom: 17,
    attributionControl: element.dataset.tiles ? {} : false,
    cooperativeGestures: element.dataset.small !== undefined,
  });
  map.addControl(new NavigationControl({ showCompass: false }), "top-right");
  map.on("load", () => {
    map.addSource("wishes", { type: "geojson", data: { type: "FeatureCollection", features: [] } });
    map.addLayer({
      id: "clusters",
      type: "circle",
      source: "wishes",
      paint: {
        "circle-color": ["case", [">", ["get", "hazards"], 0], css("--bad"), css("--brand")],
        "circle-radius": ["interpolate", ["linear"], ["sqrt", ["get", "count"]], 1, 8, 10, 22, 40, 40],
        "circle-stroke-color": css("--gold"),
        "circle-stroke-width": 2,
        "circle-opacity": 0.92,
      },
    });
    void refresh(map, element);
    map.on("moveend", () => void refresh(map, element));
    map.on("click", "clusters", (event) => {
      const feature = event.features?.[0];
      if (feature) open(map, feature as unknown as Found["features"][number], element);
    });
    map.on("mouseenter", "clusters", () => (map.getCanvas().style.cursor = "pointer"));
    map.on("mouseleave", "clusters", () => (map.getCanvas().style.cursor = ""));
  });
  map.once("idle", () => element.setAttribute("data-drawn", ""));
}

let latest = 0;
const labels: HTMLElement[] = [];

async function refresh(map: GlMap, element: HTMLElement): Promise<void> {
  const mine = (latest += 1);
  const box = map.getBounds();
  const query = new URLSearchParams(element.dataset.query ?? "");
  query.set("bbox", [box.getWest(), box.getSouth(), box.getEast(), box.getNorth()].map((n) => n.toFixed(5)).join(","));
  query.set("zoom", String(Math.floor(map.getZoom())));
  const answer = await fetch(`${element.dataset.source}?${query}`, { headers: { accept: "application/json" } });
  if (!answer.ok || mine !== latest) return;
  const found = (await answer.json()) as Found;
  (map.getSource("wishes") as GeoJSONSource | undefined)?.setData(found as unknown as Parameters<GeoJSONSource["setData"]>[0]);
  label(map, found);
}

/** Counts are drawn by the page, not by the map: no glyph files are needed, and they grow with the reader's type size. */
function label(map: GlMap, found: Found): void {
  labels.splice(0).forEach((old) => old.remove());
  for (const feature of found.features) {
    const count = Number(feature.properties.count ?? 1);
    if (count < 2) continue;
    const mark = document.createElement("span");
    mark.className = "map-count";
    mark.textContent = String(count);
    const place = (): void => {
      const point = map.project(feature.geometry.coordinates);
      mark.style.transform = `translate(-50%, -50%) translate(${point.x}px, ${point.y}px)`;
    };
    place();
    map.on("move", place);
    map.getContainer().append(mark);
    labels.push(mark);
  }
}

function open(map: GlMap, feature: Found["features"][number], element: HTMLElement): void {
  const properties = feature.properties;
  const count = Number(properties.count ?? 1);
  const at = feature.geometry.coordinates;
  if (count > 1 && map.getZoom() < 15) {
    map.easeTo({ center: at, zoom: Math.min(17, map.getZoom() + 2) });
    return;
  }
  const body = document.createElement("div");
  const link = document.createElement("a");
  if (count > 1) {
    const query = new URLSearchParams(element.dataset.query ?? "");
    if (properties.place) query.set("place", String(properties.place));
    link.href = `${element.dataset.list}?${query}`;
    link.textContent = `${properties.place_name ?? ""} · ${count}`;
  } else {
    link.href = `${element.dataset.list}${properties.code}/`;
    link.textContent = String(properties.title ?? properties.code);
  }
  body.append(link);
  new Popup({ offset: 14, maxWidth: "16rem" }).setLngLat(at).setDOMContent(body).addTo(map);
}

document.querySelectorAll<HTMLElement>("[data-map]").forEach(draw);
