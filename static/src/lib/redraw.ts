/**
 * The page as the server draws it again with what stands in the form now; nothing is stored. `wanted` is the value of the
 * button that does the same without script, `more` what is typed into controls that the form leaves alone. Files stay here.
 */
export async function redrawn(form: HTMLFormElement, wanted: string, more: Record<string, string> = {}): Promise<Document | null> {
  const data = new FormData(form);
  const body = new URLSearchParams();
  for (const [name, value] of data.entries()) if (typeof value === "string") body.append(name, value);
  for (const [name, value] of Object.entries(more)) body.set(name, value);
  body.set("redraw", wanted);
  try {
    const answer = await fetch(form.action || window.location.href, { method: "POST", body, headers: { Accept: "text/html" } });
    return answer.ok ? new DOMParser().parseFromString(await answer.text(), "text/html") : null;
  } catch {
    return null;
  }
}

/** What conditions read of an island that is no plain input. */
export function answerOf(island: HTMLElement): string {
  return island.dataset["answer"] ?? "null";
}
