/** One floating note for everything on the map, for pointer and keyboard. */

import { h } from "../dom";

export interface Note {
  title: string;
  detail: string;
  lines: [string, string[]][];
}

export class Tooltip {
  readonly element = h("div", { class: "note", role: "status", hidden: true });

  constructor(private readonly frame: HTMLElement) {
    frame.append(this.element);
  }

  show(note: Note, x: number, y: number): void {
    this.element.replaceChildren(
      h("b", {}, note.title),
      h("small", {}, note.detail),
      ...note.lines.flatMap(([name, [median, ...intervals]]) => [
        h("span", {}, `${name}: `, h("strong", {}, median ?? "")),
        h("small", {}, intervals.join("; ")),
      ]),
    );
    this.element.hidden = false;
    const box = this.frame.getBoundingClientRect();
    const { offsetWidth: width, offsetHeight: height } = this.element;
    const left = Math.min(Math.max(x - box.left + 14, 4), box.width - width - 4);
    const below = y - box.top + 16;
    const top = below + height > box.height ? Math.max(y - box.top - height - 12, 4) : below;
    this.element.style.left = `${Math.max(left, 4)}px`;
    this.element.style.top = `${top}px`;
  }

  hide(): void {
    this.element.hidden = true;
  }
}
