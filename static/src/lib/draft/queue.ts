import type { Operation } from "./model";

/** A change of the canvas, or the form of a server-rendered tab, that the server does not have yet. */
export type Kept =
  | { readonly kind: "operation"; readonly operation: Operation }
  | KeptPost;

/** `form` tells which form of a page it is, where a later post of the same one says all of it again. */
export interface KeptPost {
  readonly kind: "post";
  readonly id: string;
  readonly url: string;
  readonly body: string;
  readonly form?: string;
}

type Store = Pick<Storage, "getItem" | "setItem" | "removeItem" | "key" | "length">;

const PREFIX = "countersign:draft";

/**
 * Unsent changes of one tab of the browser, in order, in the browser's storage: they survive a reload and a restart of
 * the server. Each tab has a list of its own; what a closed tab has left behind is taken over by the next one of the same
 * person: `version` names the draft and who changes it.
 */
export class Queue {
  private list: Kept[] = [];

  constructor(
    private readonly version: string,
    private readonly tab: string,
    private readonly store: Store,
  ) {
    this.list = this.load(this.name(tab));
  }

  get items(): readonly Kept[] {
    return this.list;
  }

  get operations(): Operation[] {
    return this.list.flatMap((one) => (one.kind === "operation" ? [one.operation] : []));
  }

  push(item: Kept): void {
    this.keep([...this.list, item]);
  }

  /** A form that was filled in without the server; in the place of what was kept of the same form. */
  pushPost(post: KeptPost): void {
    const same = (one: Kept): boolean => one.kind === "post" && post.form !== undefined && one.form === post.form;
    this.keep([...this.list.filter((one) => !same(one)), post]);
  }

  /**
   * Posts of a page that saw revision `from` were meant on top of each other: what follows the one that made `to` has seen
   * that too. Not where a part is named by its position, which may be another one by now: such a post meets a clash.
   */
  advance(from: number, to: number): void {
    this.keep(this.list.map((one) => (one.kind === "post" ? advanced(one, from, to) : one)));
  }

  /** Other operations in the place of all; posts stay where they are, behind them. */
  replaceOperations(operations: readonly Operation[]): void {
    const posts = this.list.filter((one) => one.kind === "post");
    this.keep([...operations.map((operation) => ({ kind: "operation" as const, operation })), ...posts]);
  }

  drop(ids: ReadonlySet<string>): void {
    this.keep(this.list.filter((one) => !ids.has(idOf(one))));
  }

  /**
   * Take the lists of other tabs in front of this one's, each as soon as its tab is gone: a page that is being reloaded may
   * still be on its way out. `whenGone` does something once no open tab has the name; `taken` hears of what was taken.
   */
  adopt(whenGone: (tab: string, then: () => void) => void, taken: () => void): void {
    for (const name of this.others()) {
      whenGone(name.slice(this.name("").length), () => {
        const known = new Set(this.list.map(idOf));
        const left = this.load(name).filter((one) => !known.has(idOf(one)));
        this.keep([...left, ...this.list]);
        this.store.removeItem(name);
        if (left.length > 0) taken();
      });
    }
  }

  private others(): string[] {
    const found: string[] = [];
    for (let row = 0; row < this.store.length; row++) {
      const name = this.store.key(row);
      if (name?.startsWith(this.name("")) && name !== this.name(this.tab)) found.push(name);
    }
    return found;
  }

  private keep(list: Kept[]): void {
    this.list = list;
    const name = this.name(this.tab);
    if (list.length === 0) this.store.removeItem(name);
    else this.store.setItem(name, JSON.stringify(list));
  }

  private load(name: string): Kept[] {
    const text = this.store.getItem(name);
    if (!text) return [];
    try {
      return JSON.parse(text) as Kept[];
    } catch (error) {
      if (error instanceof SyntaxError) return [];
      throw error;
    }
  }

  private name(tab: string): string {
    return `${PREFIX}:${this.version}:${tab}`;
  }
}

export function idOf(item: Kept): string {
  return item.kind === "operation" ? item.operation.id : item.id;
}

function advanced(post: KeptPost, from: number, to: number): KeptPost {
  const body = new URLSearchParams(post.body);
  if (body.get("revision") !== String(from) || body.get("part") || body.get("into")) return post;
  body.set("revision", String(to));
  return { ...post, body: body.toString() };
}

/** A name for this tab that no other open tab has; a duplicated tab gets a new one. Held until the tab is closed. */
export async function tabName(): Promise<string> {
  const known = sessionStorage.getItem(PREFIX);
  if (known && (await hold(known))) return known;
  const made = crypto.randomUUID();
  sessionStorage.setItem(PREFIX, made);
  await hold(made);
  return made;
}

/** Do something once no open tab has that name. Without locks nobody can know, and what was left behind waits for its own tab. */
export function whenGone(tab: string, then: () => void): void {
  if ("locks" in navigator) void navigator.locks.request(`${PREFIX}:${tab}`, then);
}

function hold(tab: string): Promise<boolean> {
  if (!("locks" in navigator)) return Promise.resolve(true);
  return new Promise((resolve) => {
    void navigator.locks.request(`${PREFIX}:${tab}`, { ifAvailable: true }, (lock) => {
      resolve(lock !== null);
      // The lock is given back by the browser when the page goes away.
      return lock === null ? undefined : new Promise<void>(() => undefined);
    });
  });
}
