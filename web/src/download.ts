/** Downloads made in the page itself: no server, no request. */

import { h } from "./dom";

/** Write rows as CSV; text with commas, quotes or line breaks is quoted, a missing number is empty. */
export function csv(head: string[], rows: (string | number | null)[][]): string {
  const cell = (value: string | number | null): string => {
    const text = value === null ? "" : String(value);
    return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  return [head, ...rows].map((row) => row.map(cell).join(",")).join("\r\n") + "\r\n";
}

/** Offer text or bytes as a file. */
export function save(name: string, content: Blob): void {
  const address = URL.createObjectURL(content);
  const link = h("a", { href: address, download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 1000);
}

/** Copy an SVG with the styles that the page's style sheet gives it, so that it stands alone. */
export function standalone(svg: SVGSVGElement, background: string): string {
  const copy = svg.cloneNode(true) as SVGSVGElement;
  const { width, height } = svg.getBoundingClientRect();
  const wanted = ["fill", "stroke", "stroke-width", "stroke-dasharray", "opacity", "fill-opacity", "stroke-opacity"];
  const text = ["font-family", "font-size", "font-weight", "text-anchor", "paint-order"];
  const originals = svg.querySelectorAll<SVGElement>("*");
  copy.querySelectorAll<SVGElement>("*").forEach((element, index) => {
    const style = getComputedStyle(originals[index]!);
    for (const name of element.tagName === "text" ? [...wanted, ...text] : wanted) {
      element.style.setProperty(name, style.getPropertyValue(name));
    }
  });
  copy.setAttribute("xmlns", "http://www.w3.org/2000/svg");
  copy.setAttribute("width", String(width));
  copy.setAttribute("height", String(height));
  if (!copy.hasAttribute("viewBox")) copy.setAttribute("viewBox", `0 0 ${width} ${height}`);
  copy.style.background = background;
  return new XMLSerializer().serializeToString(copy);
}

/** Draw an SVG on a canvas at twice its size and offer it as PNG. */
export function savePng(name: string, svg: string, width: number, height: number, background: string): void {
  const image = new Image();
  image.onload = () => {
    const canvas = h("canvas", { width: width * 2, height: height * 2 });
    const context = canvas.getContext("2d")!;
    context.fillStyle = background;
    context.fillRect(0, 0, canvas.width, canvas.height);
    context.drawImage(image, 0, 0, canvas.width, canvas.height);
    canvas.toBlob((blob) => blob && save(name, blob), "image/png");
  };
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`;
}

/** Buttons that offer a chart as SVG and PNG, and its numbers as CSV. */
export function downloads(
  name: () => string,
  find: () => SVGSVGElement | null,
  numbers?: () => { head: string[]; rows: (string | number | null)[][] },
): HTMLElement {
  const drawn = (use: (svg: string, box: DOMRect, background: string) => void): void => {
    const svg = find();
    if (!svg) return;
    const background = getComputedStyle(document.body).backgroundColor;
    use(standalone(svg, background), svg.getBoundingClientRect(), background);
  };
  const button = (text: string, act: () => void): HTMLElement =>
    h("button", { type: "button", "aria-label": `Download ${text}`, onclick: act }, text);
  const buttons = [
    button("SVG", () => drawn((svg) => save(`${name()}.svg`, new Blob([svg], { type: "image/svg+xml" })))),
    button("PNG", () =>
      drawn((svg, box, background) => savePng(`${name()}.png`, svg, box.width, box.height, background)),
    ),
  ];
  if (numbers) {
    const write = (): void => {
      const { head, rows } = numbers();
      save(`${name()}.csv`, new Blob([csv(head, rows)], { type: "text/csv" }));
    };
    buttons.push(button("CSV", write));
  }
  return h("div", { class: "downloads" }, h("span", {}, "Download"), ...buttons);
}
