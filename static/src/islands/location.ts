const WAIT = 15_000;

const WORDS: Record<number, string> = {
  1: "The browser may not say where you are. Type it instead.",
  2: "Your device does not know where it is. Type it instead.",
  3: "Your device took too long. Try again, or type it.",
};

/** Asks the device where it is, when the person presses the button and never before. */
export default class Location extends HTMLElement {
  connectedCallback(): void {
    const row = this.querySelector<HTMLElement>(".cs-location-ask");
    const button = row?.querySelector("button");
    if (!row || !button || !("geolocation" in navigator)) return;
    row.hidden = false;
    button.addEventListener("click", () => this.ask(button));
  }

  private ask(button: HTMLButtonElement): void {
    button.disabled = true;
    this.say("Asking your device…");
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        button.disabled = false;
        this.put("latitude", coords.latitude.toFixed(6));
        this.put("longitude", coords.longitude.toFixed(6));
        this.put("accuracy", String(Math.min(Math.round(coords.accuracy), 100_000)));
        this.say("Filled in.");
      },
      (error) => {
        button.disabled = false;
        this.say(WORDS[error.code] ?? WORDS[2] ?? "");
      },
      { enableHighAccuracy: true, timeout: WAIT },
    );
  }

  private put(part: string, value: string): void {
    const input = this.querySelector<HTMLInputElement>(`[data-part=${part}]`);
    if (!input) return;
    input.value = value;
    for (const kind of ["input", "change"]) input.dispatchEvent(new Event(kind, { bubbles: true }));
  }

  private say(text: string): void {
    const place = this.querySelector("[role=status]");
    if (place) place.textContent = text;
  }
}
