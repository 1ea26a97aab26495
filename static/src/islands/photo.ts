/** Shows the photos that were taken before they are sent. */
export default class Photo extends HTMLElement {
  private run = 0;

  connectedCallback(): void {
    const input = this.querySelector<HTMLInputElement>("input[type=file]");
    input?.addEventListener("change", () => void this.show([...(input.files ?? [])]));
  }

  private async show(files: File[]): Promise<void> {
    const list = this.querySelector<HTMLElement>("[data-preview]");
    if (!list) return;
    const run = ++this.run;
    const pictures = files.filter((file) => file.type.startsWith("image/"));
    const found = await Promise.all(pictures.map(async (file) => ({ file, address: await read(file) })));
    if (run !== this.run) return;
    list.replaceChildren(...found.map(({ file, address }) => picture(file, address)));
    list.hidden = found.length === 0;
  }
}

/** As a data address: the content policy takes no other from here. */
function read(file: File): Promise<string> {
  return new Promise((resolve) => {
    const reader = new FileReader();
    reader.addEventListener("load", () => resolve(String(reader.result)));
    reader.addEventListener("error", () => resolve(""));
    reader.readAsDataURL(file);
  });
}

function picture(file: File, address: string): HTMLElement {
  const row = document.createElement("li");
  const name = document.createElement("bdi");
  name.textContent = file.name;
  if (address) {
    const image = document.createElement("img");
    image.src = address;
    image.alt = "";
    row.append(image);
  }
  row.append(name);
  return row;
}
