const WIDTH = 600;
const HEIGHT = 200;
const MOST_STROKES = 200;
const MOST_NUMBERS = 8_000;
const SVG = "http://www.w3.org/2000/svg";

/** A sheet to draw on with a finger, a pen or a mouse. The name beside it signs by itself: nobody has to draw. */
export default class Signature extends HTMLElement {
  private strokes: number[][] = [];
  private line: SVGPolylineElement | undefined;

  connectedCallback(): void {
    const sheet = this.querySelector<HTMLElement>(".cs-sheet");
    const svg = sheet?.querySelector<SVGSVGElement>(":scope > svg");
    if (!sheet || !svg || !this.kept) return;
    this.strokes = JSON.parse(this.kept.value || "[]") as number[][];
    sheet.hidden = false;
    this.querySelector<HTMLElement>("[data-draws]")?.removeAttribute("hidden");
    svg.addEventListener("pointerdown", (event) => this.begin(svg, event));
    svg.addEventListener("pointermove", (event) => this.go(svg, event));
    for (const kind of ["pointerup", "pointercancel"]) svg.addEventListener(kind, () => this.end());
    sheet.querySelector("button")?.addEventListener("click", () => this.clear(svg));
  }

  private get kept(): HTMLInputElement | null {
    return this.querySelector<HTMLInputElement>("input[type=hidden]");
  }

  private begin(svg: SVGSVGElement, event: PointerEvent): void {
    if (event.button !== 0 || this.strokes.length >= MOST_STROKES || this.isFull) return;
    event.preventDefault();
    svg.setPointerCapture?.(event.pointerId);
    this.strokes.push(point(svg, event));
    this.line = document.createElementNS(SVG, "polyline");
    svg.append(this.line);
    this.draw();
  }

  private go(svg: SVGSVGElement, event: PointerEvent): void {
    const stroke = this.strokes.at(-1);
    if (!this.line || !stroke || this.isFull) return;
    const [x = 0, y = 0] = point(svg, event);
    if (stroke.at(-2) === x && stroke.at(-1) === y) return;
    stroke.push(x, y);
    this.draw();
  }

  private end(): void {
    const stroke = this.strokes.at(-1);
    if (!this.line || !stroke) return;
    // A dot is a line that goes nowhere.
    if (stroke.length === 2) stroke.push(...stroke);
    this.draw();
    this.line = undefined;
    this.keep();
  }

  private clear(svg: SVGSVGElement): void {
    this.strokes = [];
    svg.replaceChildren();
    this.keep();
  }

  private get isFull(): boolean {
    return this.strokes.reduce((sum, one) => sum + one.length, 0) >= MOST_NUMBERS;
  }

  private draw(): void {
    const stroke = this.strokes.at(-1) ?? [];
    const points = stroke.flatMap((x, at) => (at % 2 === 0 ? [`${x},${stroke[at + 1]}`] : []));
    this.line?.setAttribute("points", points.join(" "));
  }

  /** What is posted; whoever draws without a name signs with their own. */
  private keep(): void {
    if (this.kept) this.kept.value = JSON.stringify(this.strokes);
    const name = this.querySelector<HTMLInputElement>("[data-part=name]");
    if (name && !name.value && this.strokes.length > 0) name.value = this.dataset["signer"] ?? "";
    for (const kind of ["input", "change"]) name?.dispatchEvent(new Event(kind, { bubbles: true }));
  }
}

function point(svg: SVGSVGElement, event: PointerEvent): number[] {
  const box = svg.getBoundingClientRect();
  const x = Math.round(((event.clientX - box.left) / (box.width || 1)) * WIDTH);
  const y = Math.round(((event.clientY - box.top) / (box.height || 1)) * HEIGHT);
  return [Math.min(Math.max(x, 0), WIDTH), Math.min(Math.max(y, 0), HEIGHT)];
}
