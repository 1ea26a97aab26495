import type { DraftDocument, JsonObject, Operation } from "./model";
import type { ClashItem } from "./rebase";

export interface Snapshot {
  readonly document: DraftDocument;
  readonly revision: number;
}

/** What the server says to changes that were sent. */
export type Answer =
  | {
      readonly kind: "saved";
      readonly revision: number;
      readonly done: readonly Operation[];
      readonly missed: readonly Operation[];
    }
  | { readonly kind: "clash"; readonly items: readonly ClashItem[] }
  | { readonly kind: "refused"; readonly message: string; readonly page?: string; readonly isClash?: boolean }
  | { readonly kind: "moved" }
  | { readonly kind: "old" }
  | { readonly kind: "login" }
  | { readonly kind: "unreachable" };

/** The addresses of one draft. */
export interface Addresses {
  /** GET: document and revision. */
  readonly document: string;
  /** POST changes, GET ?after=n&version=n: what others changed since. */
  readonly operations: string;
}

/** Speaks with the server about one draft. Nothing here throws: a server that cannot be reached is an answer too. */
export class Server {
  constructor(
    private readonly addresses: Addresses,
    private readonly version: number,
    private readonly token: () => string,
  ) {}

  async send(revision: number, operations: readonly Operation[]): Promise<Answer> {
    const body = operations.map(({ id, label, kind, of, changes }) => ({
      id,
      label,
      kind,
      ...(of ? { of } : {}),
      changes,
    }));
    const answer = await this.ask(this.addresses.operations, {
      method: "POST",
      headers: { "Content-Type": "application/json", "If-Match": `"${revision}"` },
      body: JSON.stringify({ operations: body, version: this.version }),
    });
    if (!(answer instanceof Response)) return answer;
    const said = (await answer.json().catch(() => ({}))) as JsonObject;
    if (answer.ok) {
      const { revision, done, missed } = said as unknown as { revision: number; done: Operation[]; missed: Operation[] };
      return { kind: "saved", revision, done, missed };
    }
    if (said.code === "draft.clash") {
      const { clashes } = said.params as unknown as { clashes: ClashItem[] };
      return { kind: "clash", items: clashes };
    }
    if (said.code === "draft.other_version") return { kind: "moved" };
    if (said.code === "draft.too_old") return { kind: "old" };
    return { kind: "refused", message: refusal(said) };
  }

  /** The form of a server-rendered tab, sent later than it was filled in. */
  async post(url: string, body: string): Promise<Answer> {
    const answer = await this.ask(url, {
      method: "POST",
      headers: { "Content-Type": "application/x-www-form-urlencoded", "HX-Request": "true" },
      body,
    });
    if (!(answer instanceof Response)) return answer;
    if (answer.ok) return { kind: "saved", revision: revisionIn(answer), done: [], missed: [] };
    const message = "A change made while offline was refused.";
    const isShown = answer.status === 409 || answer.status === 422;
    return isShown ? { kind: "refused", message, page: await answer.text(), isClash: answer.status === 409 } : { kind: "refused", message };
  }

  async snapshot(): Promise<Snapshot | undefined> {
    return bodyOf(await this.read(this.addresses.document));
  }

  /** What others changed since; "moved" where the draft is another one by now. */
  async since(revision: number): Promise<{ revision: number; results: Operation[] } | "moved" | undefined> {
    const answer = await this.read(`${this.addresses.operations}?after=${revision}&version=${this.version}`);
    return answer?.status === 409 ? "moved" : bodyOf(answer);
  }

  private async read(url: string): Promise<Response | undefined> {
    const answer = await this.ask(url, { headers: { Accept: "application/json" } });
    return answer instanceof Response ? answer : undefined;
  }

  private async ask(url: string, options: RequestInit): Promise<Response | { kind: "login" } | { kind: "unreachable" }> {
    const headers = new Headers(options.headers);
    if (options.method === "POST") headers.set("X-CSRFToken", this.token());
    try {
      const answer = await fetch(url, { ...options, headers, credentials: "same-origin", redirect: "manual" });
      // Whoever is logged out is sent to the login page.
      if (answer.type === "opaqueredirect" || answer.status === 401 || answer.headers.has("HX-Redirect")) {
        return { kind: "login" };
      }
      if (answer.status >= 500 || answer.status === 429) return { kind: "unreachable" };
      return answer;
    } catch (error) {
      if (error instanceof TypeError) return { kind: "unreachable" };
      throw error;
    }
  }
}

async function bodyOf<Body>(answer: Response | undefined): Promise<Body | undefined> {
  return answer?.ok ? ((await answer.json()) as Body) : undefined;
}

/** The revision that a form made, as it is told to the page. */
function revisionIn(answer: Response): number {
  const told = JSON.parse(answer.headers.get("HX-Trigger") ?? "{}") as { "draft:changed"?: { revision: number } };
  return told["draft:changed"]?.revision ?? 0;
}

function refusal(said: JsonObject): string {
  const text = said.detail ?? said.title;
  return typeof text === "string" ? text : "The server refused the change. Load the page again.";
}
