/** The page's few pictograms, drawn for it on a 20 by 20 grid with one line width. */

const PATHS = {
  back: "M12.5 4.5 7 10l5.5 5.5",
  forward: "M7.5 4.5 13 10l-5.5 5.5",
  down: "M5 7.5 10 12.5 15 7.5",
  close: "M5 5 15 15M15 5 5 15",
  add: "M10 4v12M4 10h12",
  search: "M9 3.5a5.5 5.5 0 1 1 0 11 5.5 5.5 0 0 1 0-11ZM13 13l3.8 3.8",
  filter: "M3 5.5h14M5.5 10h9M8.5 14.5h3",
  more: "M4.5 10h.01M10 10h.01M15.5 10h.01",
  link: "M8.5 11.5a3 3 0 0 0 4.3 0l2.8-2.8a3 3 0 0 0-4.3-4.3l-1 1M11.5 8.5a3 3 0 0 0-4.3 0l-2.8 2.8a3 3 0 0 0 4.3 4.3l1-1",
  check: "M4 10.5l4 4 8-9",
  alert: "M10 3 18 16.5H2L10 3ZM10 8v4M10 14.3v.01",
  offline:
    "M3 3l14 14M2.5 8a11 11 0 0 1 3.4-2.3M8.6 4.6A11 11 0 0 1 17.5 8M5.2 11.2a7 7 0 0 1 3-1.9M12.6 9.7a7 7 0 0 1 2.2 1.5M10 15h.01",
  lock: "M5 9h10v7.5H5V9ZM7 9V6.5a3 3 0 0 1 6 0V9",
  key: "M7 13a3.5 3.5 0 1 1 2.9-5.5H17v3h-2v2h-3v-2h-2.1A3.5 3.5 0 0 1 7 13ZM6.5 9.5h.01",
  person: "M10 3.2a3.3 3.3 0 1 1 0 6.6 3.3 3.3 0 0 1 0-6.6ZM3.8 17c.5-3.2 3-5 6.2-5s5.7 1.8 6.2 5",
  people:
    "M7.5 4a2.8 2.8 0 1 1 0 5.6 2.8 2.8 0 0 1 0-5.6ZM2.5 16c.4-2.7 2.3-4.2 5-4.2s4.6 1.5 5 4.2M12.5 4.3a2.7 2.7 0 0 1 0 5M14.5 12.2c1.7.6 2.7 1.9 3 3.8",
  company: "M4.5 17V4.5L11 3v14M11 7.5l4.5 1.5v8M3 17h14M7 7.5h1.5M7 10.5h1.5M7 13.5h1.5M13.2 11.5v.01M13.2 14v.01",
  mail: "M3 5h14v10.5H3V5ZM3 6l7 5.5L17 6",
  calendar: "M3.5 5h13v11.5h-13V5ZM3.5 8.5h13M7 3v3M13 3v3",
  save: "M5 3.5h10V17l-5-3.5L5 17V3.5Z",
  download: "M10 3v9.5M6 9l4 4 4-4M4 16.5h12",
  reply: "M8 5 3.5 9.5 8 14M4 9.5h7a5.5 5.5 0 0 1 5.5 5.5v1",
  pen: "M4 16l.8-3.6L13 4.2a1.6 1.6 0 0 1 2.3 0l.5.5a1.6 1.6 0 0 1 0 2.3L7.6 15.2 4 16ZM11.5 5.7l2.8 2.8",
  hide: "M3 3l14 14M8.2 5.2A8 8 0 0 1 17.5 10a9 9 0 0 1-2.3 3M5.3 6.3A9 9 0 0 0 2.5 10a8 8 0 0 0 10.2 4.5M8.5 8.5a2.2 2.2 0 0 0 3 3",
  refresh: "M16 10a6 6 0 1 1-1.9-4.4M16.5 3v3.5H13",
  sun: "M10 6.7a3.3 3.3 0 1 1 0 6.6 3.3 3.3 0 0 1 0-6.6ZM10 2v1.5M10 16.5V18M2 10h1.5M16.5 10H18M4.4 4.4l1 1M14.6 14.6l1 1M15.6 4.4l-1 1M5.4 14.6l-1 1",
  moon: "M16.5 12A7 7 0 0 1 8 3.5a7 7 0 1 0 8.5 8.5Z",
  send: "M3.5 16.5 17 10 3.5 3.5 5 10l-1.5 6.5ZM5 10h6",
  sort: "M6.5 4v12M3.5 13l3 3 3-3M13.5 16V4M10.5 7l3-3 3 3",
  share: "M13 12.5V16H4V6h4M10.5 3.5H17V10M16.5 4 9.5 11",
  history: "M4 10a6.2 6.2 0 1 1 2 4.5M3.5 5.5v3.8h3.8M10 7v3.3l2.2 1.5",
} as const;

export type IconName = keyof typeof PATHS;

const SVG = "http://www.w3.org/2000/svg";

/** Draw a pictogram; it says nothing to a screen reader, the words beside it do. */
export function icon(name: IconName): SVGSVGElement {
  const svg = document.createElementNS(SVG, "svg");
  const path = document.createElementNS(SVG, "path");
  svg.setAttribute("viewBox", "0 0 20 20");
  svg.setAttribute("class", `icon icon-${name}`);
  svg.setAttribute("aria-hidden", "true");
  svg.setAttribute("focusable", "false");
  path.setAttribute("d", PATHS[name]);
  svg.append(path);
  return svg;
}
