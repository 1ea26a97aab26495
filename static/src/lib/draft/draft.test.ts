import { beforeEach, describe, expect, it, vi } from "vitest";

import { small } from "./testing";
import { Draft } from "./draft";
import type { Change, Operation } from "./model";
import { Queue } from "./queue";
import type { Answer, Server } from "./server";

const ME = "me";
const rename = (before: string, after: string): Change => ({ place: "graph/steps/review/name", before, after });

/** A server that numbers what it is sent, or answers what the test wants. */
class Desk {
  answers: Answer[] = [];
  sent: (readonly Operation[])[] = [];
  posted: string[] = [];
  revision = 0;
  missed: Operation[] = [];
  isMoved = false;
  asked = 0;

  async send(_: number, operations: readonly Operation[]): Promise<Answer> {
    this.sent.push(operations);
    const said = this.answers.shift();
    if (said) return said;
    const done = operations.map((one) => ({ ...one, number: ++this.revision }));
    return { kind: "saved", revision: this.revision, done, missed: [] };
  }

  async post(_: string, body: string): Promise<Answer> {
    this.posted.push(body);
    const said = this.answers.shift();
    return said ?? { kind: "saved", revision: ++this.revision, done: [], missed: [] };
  }

  async snapshot() {
    const document = small();
    const steps = document.graph.steps.map((step) => (step.key === "review" ? { ...step, name: "Theirs" } : step));
    return { document: { ...document, graph: { ...document.graph, steps } }, revision: 7 };
  }

  async since() {
    this.asked += 1;
    if (this.isMoved) return "moved";
    return { revision: this.revision + this.missed.length, results: this.missed };
  }
}

function opened(desk: Desk, tab = "one"): Draft {
  const start = { document: small(), revision: 0, operations: [] };
  return new Draft(start, ME, new Queue("v", tab, localStorage), desk as unknown as Server);
}

function nameIn(draft: Draft): string | undefined {
  return draft.document.graph.steps.find((step) => step.key === "review")?.name;
}

describe("a draft", () => {
  beforeEach(() => localStorage.clear());

  it("asks for a new page only where what was sent later is not in this one", async () => {
    const desk = new Desk();
    desk.answers = [{ kind: "saved", revision: 0, done: [], missed: [] }];
    const there = opened(desk, "two");
    there.keepPost("1", "/edit/", "edit=form.set");
    await there.flush();
    expect([there.kept, there.isOutdated]).toEqual([0, false]);
    there.keepPost("2", "/edit/", "edit=form.set");
    await there.flush();
    expect([there.kept, there.isOutdated]).toEqual([0, true]);
  });

  it("shows an edit at once, keeps it, and is saved when it was sent", async () => {
    const desk = new Desk();
    const draft = opened(desk);
    draft.edit({ label: "Rename", changes: [rename("Review", "HR")] });
    expect([nameIn(draft), draft.state, draft.kept]).toEqual(["HR", "saving", 1]);
    await draft.flush();
    expect([draft.state, draft.kept, draft.revision, nameIn(draft)]).toEqual(["saved", 0, 1, "HR"]);
  });

  it("makes one operation of typing", async () => {
    const desk = new Desk();
    const draft = opened(desk);
    draft.edit({ label: "Rename to H", changes: [rename("Review", "H")] });
    draft.edit({ label: "Rename to HR", changes: [rename("H", "HR")] });
    await draft.flush();
    expect(desk.sent[0]).toMatchObject([{ label: "Rename to HR", changes: [rename("Review", "HR")] }]);
  });

  it("is offline without a server, survives a reload, and sends in order, forms too", async () => {
    const desk = new Desk();
    desk.answers = [{ kind: "unreachable" }];
    const draft = opened(desk);
    draft.edit({ label: "Rename", changes: [rename("Review", "HR")] });
    await draft.flush();
    draft.keepPost("p", "/design/edit/", "edit=step.add");
    expect([draft.state, draft.kept]).toEqual(["offline", 2]);
    const again = opened(desk);
    expect(nameIn(again)).toBe("HR");
    await again.flush();
    expect([again.state, again.kept, desk.posted]).toEqual(["saved", 0, ["edit=step.add"]]);
  });

  it("keeps the last of one form, and sends what follows as seen", async () => {
    const desk = new Desk();
    const draft = opened(desk);
    const body = (what: string): string => `revision=0&set.label=${what}`;
    draft.keepPost("1", "/design/edit/", body("A"), "label");
    draft.keepPost("2", "/design/edit/", body("B"), "label");
    draft.keepPost("3", "/design/edit/", "revision=0&item=text");
    draft.keepPost("4", "/design/edit/", "revision=0&part=1.2");
    expect(draft.kept).toBe(3);
    await draft.flush();
    expect(desk.posted).toEqual([body("B"), "revision=1&item=text", "revision=0&part=1.2"]);
  });

  it("leaves the revision of a form alone where others changed something meanwhile", async () => {
    const desk = new Desk();
    desk.revision = 1;
    const draft = opened(desk);
    draft.keepPost("1", "/design/edit/", "revision=0&a=1");
    draft.keepPost("2", "/design/edit/", "revision=0&a=2");
    await draft.flush();
    expect(desk.posted).toEqual(["revision=0&a=1", "revision=0&a=2"]);
  });

  it("keeps a form that clashes, also over a reload, until somebody has chosen", async () => {
    const clash: Answer = { kind: "refused", message: "Refused.", page: "<p>", isClash: true };
    const desk = new Desk();
    desk.answers = [clash];
    const draft = opened(desk);
    const told = vi.fn();
    draft.addEventListener("refused", told);
    draft.keepPost("1", "/design/edit/", "tab=form&a=1");
    draft.keepPost("2", "/design/edit/", "tab=form&a=2");
    await draft.flush();
    expect([draft.state, draft.kept, desk.posted.length]).toEqual(["refused", 2, 1]);
    expect(told.mock.calls[0]?.[0].detail).toEqual({ message: "Refused.", lost: ["a: 1"], isClash: true, page: "<p>", tab: "form", panel: "" });
    desk.answers = [clash];
    const again = opened(desk);
    await again.flush();
    expect([again.state, again.kept]).toEqual(["refused", 2]);
    await again.settlePost(true);
    expect([again.state, again.kept, desk.posted.at(-1)]).toEqual(["saved", 0, "tab=form&a=2"]);
  });

  it("begins anew with what is kept where it is too old, drops what was done already, and asks about the rest", async () => {
    const desk = new Desk();
    desk.answers = [{ kind: "unreachable" }, { kind: "old" }];
    const draft = opened(desk);
    draft.edit({ label: "Done", changes: [{ place: "form/title", after: "Leave" }] });
    await draft.flush();
    const done = { ...(desk.sent[0]?.[0] as Operation), number: 7 };
    desk.missed = [done];
    draft.edit({ label: "Describe", changes: [{ place: "graph/steps/review/description", after: "Read it" }] });
    await draft.flush();
    expect(desk.sent.at(-1)).toMatchObject([{ label: "Describe" }]);
    expect([draft.state, draft.kept, nameIn(draft)]).toEqual(["saved", 0, "Theirs"]);
    desk.answers = [{ kind: "old" }];
    draft.edit({ label: "Rename", changes: [rename("Review", "HR")] });
    await draft.flush();
    expect([draft.state, draft.kept, draft.clash[0]?.mine, draft.clash[0]?.theirs]).toEqual(["clash", 1, "HR", "Theirs"]);
  });

  it("takes over what another tab has left, once that tab is gone, shows it and sends it", async () => {
    const left = { id: "l", kind: "do" as const, label: "Rename", changes: [rename("Review", "HR")] };
    new Queue("v", "other", localStorage).push({ kind: "operation", operation: left });
    const desk = new Desk();
    const queue = new Queue("v", "here", localStorage);
    const draft = new Draft({ document: small(), revision: 0, operations: [] }, ME, queue, desk as unknown as Server);
    const goes = new Map<string, () => void>();
    queue.adopt(
      (tab, then) => goes.set(tab, then),
      () => draft.resume(),
    );
    expect([nameIn(draft), draft.state]).toEqual(["Review", "saved"]);
    goes.get("other")?.();
    expect([nameIn(draft), draft.state]).toEqual(["HR", "saving"]);
    await draft.flush();
    expect([desk.sent.length, draft.state]).toEqual([1, "saved"]);
    expect(new Queue("v", "other", localStorage).items).toHaveLength(0);
  });

  it("undoes and redoes one's own, also what is not sent yet", async () => {
    const desk = new Desk();
    const draft = opened(desk);
    draft.edit({ label: "Rename", changes: [rename("Review", "HR")] });
    await draft.flush();
    draft.undo();
    expect([nameIn(draft), draft.history.redo?.label]).toEqual(["Review", "Rename"]);
    draft.redo();
    expect(nameIn(draft)).toBe("HR");
    await draft.flush();
    expect(desk.sent[1]?.map((one) => one.kind)).toEqual(["undo", "redo"]);
  });

  it("asks about a clash and sends again with what is there now", async () => {
    const desk = new Desk();
    const item = { place: "graph/steps/review/name", where: "name", before: "Review", mine: "HR", theirs: "Theirs" };
    desk.answers = [{ kind: "clash", items: [item] }];
    const draft = opened(desk);
    const told = vi.fn();
    draft.addEventListener("clash", told);
    draft.edit({ label: "Rename", changes: [rename("Review", "HR")] });
    await draft.flush();
    expect([told.mock.calls.length, draft.state, draft.kept]).toEqual([1, "clash", 1]);
    await draft.settle(new Map([[item.place, "mine"]]));
    expect(desk.sent[1]?.[0]?.changes).toEqual([rename("Theirs", "HR")]);
    expect(draft.state).toBe("saved");
  });

  it("drops mine where theirs is to stay, and takes what others did elsewhere", async () => {
    const desk = new Desk();
    desk.answers = [{ kind: "clash", items: [] }];
    const draft = opened(desk);
    draft.edit({ label: "Rename", changes: [rename("Review", "HR")] });
    await draft.flush();
    await draft.settle(new Map([["graph/steps/review/name", "theirs"]]));
    expect([nameIn(draft), draft.kept, draft.state]).toEqual(["Theirs", 0, "saved"]);
    const change = { place: "graph/steps/done/name", before: "Done", after: "Over" };
    draft.receive(8, [{ id: "x", number: 8, kind: "do", label: "Rename", changes: [change], by: { id: "other", name: "Omar" } }]);
    expect(draft.document.graph.steps[2]?.name).toBe("Over");
    expect(draft.history.undo).toBeUndefined();
  });

  it("asks for what it is only told of", async () => {
    const desk = new Desk();
    const draft = opened(desk);
    const change = { place: "graph/steps/done/name", before: "Done", after: "Over" };
    desk.missed = [{ id: "x", number: 1, kind: "do", label: "Rename", changes: [change], by: { id: ME, name: "Me" } }];
    draft.receive(1, []);
    await vi.waitFor(() => expect(draft.document.graph.steps[2]?.name).toBe("Over"));
  });

  it("stops where the draft was published meanwhile, and loses nothing", async () => {
    const desk = new Desk();
    desk.answers = [{ kind: "moved" }];
    const draft = opened(desk);
    draft.edit({ label: "Rename", changes: [rename("Review", "HR")] });
    await draft.flush();
    expect([draft.state, draft.kept]).toEqual(["moved", 1]);
  });

  it("says so too when it only looked, and looks no more", async () => {
    const desk = new Desk();
    desk.isMoved = true;
    const draft = opened(desk);
    for (let look = 0; look < 2; look++) await draft.catchUp();
    expect([draft.state, draft.kept, desk.asked]).toEqual(["moved", 0, 1]);
  });

  it("takes nothing over from a draft that came after it", async () => {
    const desk = new Desk();
    desk.answers = [{ kind: "old" }];
    desk.isMoved = true;
    const draft = opened(desk);
    draft.edit({ label: "Rename", changes: [rename("Review", "HR")] });
    await draft.flush();
    draft.edit({ label: "Rename", changes: [{ place: "graph/steps/done/name", before: "Done", after: "Over" }] });
    expect([draft.state, draft.kept, nameIn(draft)]).toEqual(["moved", 2, "HR"]);
  });
});
