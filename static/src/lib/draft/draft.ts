import { type Entry, type History, history, stepOver } from "./history";
import type { DraftDocument, Edit, Operation } from "./model";
import { type Kept, type Queue, idOf } from "./queue";
import { type Choice, type ClashItem, folded, rebase } from "./rebase";
import type { Answer, Server, Snapshot } from "./server";

export type State = "saved" | "saving" | "offline" | "clash" | "refused" | "login" | "moved";

/**
 * What the server said to something that was sent later: for the reader, and of a form the tab or the settings (`panel`, their
 * place) as it shows that. `lost` is what it was, in lines.
 */
export interface Refusal {
  readonly message: string;
  readonly lost: readonly string[];
  readonly isClash?: boolean;
  readonly page?: string;
  readonly tab?: string;
  readonly panel?: string;
}

/** What forms post besides what somebody typed or chose. */
const OWN = new Set(["csrfmiddlewaretoken", "edit", "id", "revision", "version", "next", "tab", "panel", "section", "open", "do"]);

/** Milliseconds: before what was just done is sent, and between two attempts to reach the server. */
const SOON = 250;
const PAUSES = [1_000, 2_000, 4_000, 8_000, 15_000];
/** Changes of the same place within this time are one operation: typing, and moving by the arrow keys. */
const TYPING = 1_500;
const MOST_AT_ONCE = 50;
/** Operations that the server tells of in one answer: the latest ones. */
const MOST_KNOWN = 1_000;

/**
 * The draft in this tab: what the server has, and on top of it what is not sent yet. Whatever is done shows at once,
 * is kept in the browser, and is sent in order. Tells of changes by the events "change", "clash" and "refused".
 */
export class Draft extends EventTarget {
  document: DraftDocument;
  revision: number;
  clash: readonly ClashItem[] = [];
  /** Of the last form that was refused, until something was chosen or saved. */
  refusal: Refusal | undefined;
  /** Whether the page was made before something that was sent later came into the draft. */
  isOutdated = false;
  private readonly shown: number;
  private base: DraftDocument;
  private known: Operation[];
  private blocked: Exclude<State, "saved" | "saving"> | undefined;
  private sending: Promise<void> | undefined;
  private timer: number | undefined;
  private failures = 0;
  private typed = 0;

  constructor(
    start: Snapshot & { readonly operations: readonly Operation[] },
    private readonly me: string,
    private readonly queue: Queue,
    private readonly server: Server,
    private readonly now: () => number = Date.now,
  ) {
    super();
    this.base = start.document;
    this.revision = this.shown = start.revision;
    this.known = [...start.operations];
    this.document = folded(this.base, queue.operations);
    if (queue.items.length > 0) this.later(0);
  }

  get state(): State {
    return this.blocked ?? (this.queue.items.length > 0 || this.sending ? "saving" : "saved");
  }

  get kept(): number {
    return this.queue.items.length;
  }

  /** Whether forms wait to be sent, so that another one has to stand behind them. */
  get hasPosts(): boolean {
    return this.blocked !== "refused" && this.queue.items.some((one) => one.kind === "post");
  }

  /** What undo and redo would do now. */
  get history(): History {
    return history([...this.known, ...this.queue.operations], this.me);
  }

  /** Show and keep an edit, and send it soon. */
  edit(edit: Edit): void {
    if (edit.changes.length === 0) return;
    if (!this.continues(edit)) this.keep({ id: crypto.randomUUID(), kind: "do", ...edit });
    this.typed = this.now();
    this.later(SOON);
  }

  undo(): void {
    this.step("undo", this.history.undo);
  }

  redo(): void {
    this.step("redo", this.history.redo);
  }

  /** Show and send what has come into the queue from a tab that is gone. */
  resume(): void {
    this.refold();
    this.later(0);
  }

  /** The form of a server-rendered tab that could not be sent. */
  keepPost(id: string, url: string, body: string, form?: string): void {
    this.queue.pushPost({ kind: "post", id, url, body, ...(form === undefined ? {} : { form }) });
    if (this.blocked === "refused") return this.tell();
    this.blocked = "offline";
    this.tell();
    this.later(PAUSES[0] ?? 0);
  }

  /** Somebody has chosen what becomes of the form that was refused, or not yet: then it is refused once more. */
  settlePost(isChosen: boolean): Promise<void> {
    const head = this.queue.items[0];
    if (this.blocked !== "refused" || !head) return Promise.resolve();
    if (isChosen) this.queue.drop(new Set([idOf(head)]));
    this.blocked = undefined;
    this.refusal = undefined;
    return this.flush();
  }

  /** Operations that the server told of by another way: an edit of another tab of the page, or somebody else's. */
  receive(revision: number, operations: readonly Operation[]): void {
    if (revision <= this.revision) return;
    const fresh = operations.filter((one) => (one.number ?? 0) > this.revision);
    if (fresh[0]?.number === this.revision + 1) this.accept(revision, fresh);
    else void this.catchUp();
  }

  /** Ask for what others changed since. */
  async catchUp(): Promise<void> {
    if (this.sending || this.blocked === "clash" || this.blocked === "moved") return;
    const found = await this.server.since(this.revision);
    if (found === "moved") return this.stop();
    if (found && !this.sending && found.revision > this.revision) this.accept(found.revision, found.results);
  }

  /** Send what is kept now, for example before the page is left or when the network is back. */
  flush(): Promise<void> {
    window.clearTimeout(this.timer);
    this.sending ??= this.sendAll().finally(() => {
      this.sending = undefined;
      this.tell();
    });
    return this.sending;
  }

  /** Whose change counts, place by place; then everything is sent again. */
  async settle(choices: ReadonlyMap<string, Choice>): Promise<void> {
    if (await this.renew(choices)) await this.flush();
  }

  /** What is kept on top of the draft as it is now; whether it fits, so that it can be sent. */
  private async renew(choices: ReadonlyMap<string, Choice>): Promise<boolean> {
    const there = await this.server.snapshot();
    const since = there && (await this.server.since(Math.max(0, there.revision - MOST_KNOWN)));
    if (!there || since === "moved") {
      if (there) this.stop();
      else this.fail("offline");
      return false;
    }
    this.base = there.document;
    this.revision = there.revision;
    this.known = since?.results ?? this.known;
    this.queue.drop(new Set(this.known.map((one) => one.id)));
    const { operations, open } = rebase(this.base, this.queue.operations, choices, this.known);
    if (open.length > 0) {
      this.meet(open);
      return false;
    }
    this.queue.replaceOperations(operations);
    this.blocked = undefined;
    this.clash = [];
    this.refold();
    return true;
  }

  private step(kind: "undo" | "redo", entry: Entry | undefined): void {
    const operation = entry && stepOver(entry, kind);
    if (!operation) return;
    this.keep(operation);
    this.later(SOON);
  }

  /** Whether the edit goes on with what was typed last and is not sent yet; it is then one operation with it. */
  private continues(edit: Edit): boolean {
    const last = this.queue.items.at(-1);
    if (last?.kind !== "operation" || this.sending || this.now() - this.typed > TYPING) return false;
    const { operation } = last;
    const [old, fresh] = [operation.changes[0], edit.changes[0]];
    const one = operation.changes.length === 1 && edit.changes.length === 1 && operation.kind === "do";
    if (!one || !old || !fresh || old.place !== fresh.place || old.after === undefined) return false;
    const { before: _, ...change } = fresh;
    const changes = [old.before === undefined ? change : { ...change, before: old.before }];
    this.queue.drop(new Set([operation.id]));
    this.keep({ ...operation, label: edit.label, changes });
    return true;
  }

  private keep(operation: Operation): void {
    const at = new Date(this.now()).toISOString();
    this.queue.push({ kind: "operation", operation: { ...operation, by: { id: this.me, name: "" }, at } });
    this.refold();
  }

  private refold(): void {
    this.document = folded(this.base, this.queue.operations);
    this.tell();
  }

  private accept(revision: number, operations: readonly Operation[]): void {
    const numbered = operations.toSorted((one, other) => (one.number ?? 0) - (other.number ?? 0));
    this.queue.drop(new Set(numbered.map((one) => one.id)));
    this.base = folded(this.base, numbered);
    this.known = [...this.known, ...numbered];
    this.revision = revision;
    this.refold();
    this.dispatchEvent(new CustomEvent("revision", { detail: revision }));
  }

  private async sendAll(): Promise<void> {
    while (this.queue.items.length > 0 && !["clash", "refused", "moved"].includes(this.blocked ?? "")) {
      const batch = this.nextBatch();
      this.tell();
      const answer = await this.sendBatch(batch);
      if (answer.kind === "clash") return this.meet(answer.items);
      if (answer.kind === "unreachable") return this.fail("offline");
      if (answer.kind === "login") return this.fail("login");
      if (answer.kind === "moved") return this.stop();
      if (answer.kind === "old") {
        if (!(await this.renew(new Map()))) return;
        continue;
      }
      this.failures = 0;
      this.blocked = undefined;
      if (answer.kind === "refused") this.refuse(batch, answer);
      else {
        this.refusal = undefined;
        this.saved(batch, answer);
      }
    }
  }

  private sendBatch(batch: readonly Kept[]): Promise<Answer> {
    const [first] = batch;
    if (first?.kind === "post") return this.server.post(first.url, first.body);
    return this.server.send(
      this.revision,
      batch.flatMap((one) => (one.kind === "operation" ? [one.operation] : [])),
    );
  }

  /** The next post, or the operations up to it. */
  private nextBatch(): Kept[] {
    const items = this.queue.items;
    if (items[0]?.kind === "post") return items.slice(0, 1);
    const end = items.findIndex((one) => one.kind === "post");
    return items.slice(0, Math.min(end < 0 ? items.length : end, MOST_AT_ONCE));
  }

  private saved(batch: readonly Kept[], answer: Answer & { kind: "saved" }): void {
    const [first] = batch;
    if (first?.kind === "post") {
      const seen = Number(new URLSearchParams(first.body).get("revision"));
      this.queue.drop(new Set(batch.map(idOf)));
      // Otherwise others changed something meanwhile, which nobody has seen here.
      if (answer.revision === seen + 1) this.queue.advance(seen, answer.revision);
      if (answer.revision > this.shown) this.isOutdated = true;
      this.dispatchEvent(new Event("posted"));
      return;
    }
    // What was sent twice is not told of again: it was done the first time.
    const numbers = new Map(answer.done.map((one) => [one.id, one.number]));
    const mine = batch.flatMap((one) => (one.kind === "operation" ? [one.operation] : []));
    const numbered = mine.map((one) => ({ ...one, number: numbers.get(one.id) ?? this.revision }));
    this.accept(answer.revision, [...answer.missed, ...numbered]);
  }

  /** A form that clashes stays until somebody has chosen; whatever else is refused goes. */
  private refuse(batch: readonly Kept[], answer: Answer & { kind: "refused" }): void {
    const { message, page, isClash = false } = answer;
    if (isClash) this.blocked = "refused";
    else this.queue.drop(new Set(batch.map(idOf)));
    const [first] = batch;
    const posted = new URLSearchParams(first?.kind === "post" ? first.body : "");
    const at = { tab: posted.get("tab") ?? "", panel: posted.get("panel") ?? "" };
    this.refusal = { message, lost: batch.flatMap(linesOf), isClash, ...(page === undefined ? {} : { page, ...at }) };
    this.refold();
    this.dispatchEvent(new CustomEvent("refused", { detail: this.refusal }));
  }

  private meet(items: readonly ClashItem[]): void {
    this.blocked = "clash";
    this.clash = items;
    this.tell();
    this.dispatchEvent(new Event("clash"));
  }

  /** The draft is another one by now: nothing more is sent, and what is kept stays in the browser. */
  private stop(): void {
    this.blocked = "moved";
    this.tell();
  }

  private fail(why: "offline" | "login"): void {
    this.blocked = why;
    this.later(PAUSES[Math.min(this.failures++, PAUSES.length - 1)] ?? SOON);
    this.tell();
  }

  private later(pause: number): void {
    window.clearTimeout(this.timer);
    this.timer = window.setTimeout(() => void this.flush(), pause);
  }

  private tell(): void {
    this.dispatchEvent(new Event("change"));
  }
}

/** What was done, for who did it: what an operation is called, what was typed into a form. */
function linesOf(kept: Kept): string[] {
  if (kept.kind === "operation") return [kept.operation.label];
  const typed = [...new URLSearchParams(kept.body)].filter(([name, value]) => !OWN.has(name) && value !== "");
  return typed.map(([name, value]) => `${name}: ${value}`);
}
